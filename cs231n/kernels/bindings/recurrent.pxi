# The elementwise part of recurrent cells, one time step at a time.


cdef cell_rows rows(object value) except *:
    cdef place found = look(value)
    return cell_rows(found.data, found.row_step)


cdef int run_cell(cell_kind kind, cell_step *step, object state) except -1:
    """Run a step for samples and units as many as ``state`` has."""
    cdef place found = look(state)
    step.n, step.h = found.rows, found.cols
    with nogil:
        if found.item == 4:
            chosen.f32.cell(kind, step[0])
        else:
            chosen.f64.cell(kind, step[0])
    return 0


def rnn_state_forward(state):
    """Take the hyperbolic tangent (in place)."""
    cdef cell_step step
    step.state = rows(state)
    run_cell(RNN, &step, state)


def rnn_state_backward(state, dh, flowing, da):
    """Differentiate one step (``da`` in place)."""
    cdef cell_step step
    step.state, step.dh = rows(state), rows(dh)
    step.flowing, step.da = rows(flowing), rows(da)
    run_cell(RNN_BACK, &step, state)


def lstm_gates_forward(gates, prev_c, next_c, next_h):
    """Activate the gates and step the cell (in place)."""
    cdef cell_step step
    step.gates, step.before_cell = rows(gates), rows(prev_c)
    step.cell, step.state = rows(next_c), rows(next_h)
    run_cell(LSTM, &step, next_h)


def lstm_gates_backward(gates, prev_c, next_c, dh, flowing, dc, da):
    """Differentiate one step (``dc`` and ``da`` in place)."""
    cdef cell_step step
    step.gates, step.before_cell, step.cell = rows(gates), rows(prev_c), rows(next_c)
    step.dh, step.flowing = rows(dh), rows(flowing)
    step.dc, step.da = rows(dc), rows(da)
    run_cell(LSTM_BACK, &step, dh)


def gru_gates_forward(gates, product, kept, prev_h, next_h):
    """Activate the gates and step the state (in place)."""
    cdef cell_step step
    step.gates, step.product, step.kept = rows(gates), rows(product), rows(kept)
    step.before, step.state = rows(prev_h), rows(next_h)
    run_cell(GRU, &step, next_h)


def gru_gates_backward(gates, kept, prev_h, dh, flowing, da, du):
    """Differentiate one step (``flowing``, ``da`` and ``du`` in place)."""
    cdef cell_step step
    step.gates, step.kept, step.before = rows(gates), rows(kept), rows(prev_h)
    step.dh, step.flowing, step.da, step.product = (
        rows(dh), rows(flowing), rows(da), rows(du))
    run_cell(GRU_BACK, &step, dh)
