"""The contrastive loss of SimCLR with its gradient, and readers of features.

The notebook ``assignment3/self_supervised`` holds answers against these.
"""

import numpy as np

__all__ = [
    "knn_predict",
    "linear_probe",
    "nt_xent",
    "positive_pairs",
    "similarities",
    "unit_rows",
]


def unit_rows(z: np.ndarray) -> np.ndarray:
    """Divide every row by its length.

    Parameters
    ----------
    z : ndarray of shape (..., D)
        Vectors.

    Returns
    -------
    unit : ndarray of shape (..., D)
        Vectors of length 1.
    """
    return z / np.linalg.norm(z, axis=-1, keepdims=True)


def similarities(out: np.ndarray) -> np.ndarray:
    """Compute the cosine similarity of all pairs of rows.

    Parameters
    ----------
    out : ndarray of shape (M, D)
        Vectors.

    Returns
    -------
    sims : ndarray of shape (M, M)
        From -1 to 1.
    """
    unit = unit_rows(out)
    return unit @ unit.T


def positive_pairs(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Compute the cosine similarity of rows with the same number.

    Parameters
    ----------
    left, right : ndarray of shape (N, D)
        Vectors.

    Returns
    -------
    sims : ndarray of shape (N, 1)
        From -1 to 1.
    """
    return np.sum(unit_rows(left) * unit_rows(right), axis=1, keepdims=True)


def nt_xent(
    left: np.ndarray, right: np.ndarray, tau: float
) -> tuple[float, np.ndarray, np.ndarray]:
    """Compute the normalised, temperature-scaled cross-entropy and its gradients.

    Parameters
    ----------
    left, right : ndarray of shape (N, D)
        Outputs for the two views of each picture, of any length but 0.
    tau : float
        Temperature.

    Returns
    -------
    loss : float
        Mean over all 2 N views.
    dleft, dright : ndarray of shape (N, D)
        Gradients.
    """
    out = np.concatenate([left, right])
    num, rows = len(left), np.arange(len(out))
    partner = (rows + num) % len(out)
    length = np.linalg.norm(out, axis=1, keepdims=True)
    unit = out / length
    logits = unit @ unit.T / out.dtype.type(tau)
    np.fill_diagonal(logits, -np.inf)
    logits -= logits.max(axis=1, keepdims=True)
    chance = np.exp(logits)
    total = chance.sum(axis=1)
    loss = np.mean(np.log(total, dtype=np.float64) - logits[rows, partner])
    chance /= total[:, None]
    chance[rows, partner] -= 1
    dunit = (chance + chance.T) @ unit
    dunit /= out.dtype.type(tau * len(out))
    along = np.sum(dunit * unit, axis=1, keepdims=True)
    dout = (dunit - along * unit) / length
    return float(loss), dout[:num], dout[num:]


def knn_predict(
    features: np.ndarray,
    labels: np.ndarray,
    queries: np.ndarray,
    k: int = 20,
    tau: float = 0.1,
) -> np.ndarray:
    """Classify by the weighted votes of the nearest features.

    Parameters
    ----------
    features : ndarray of shape (N, D)
        Features whose labels are known.
    labels : ndarray of int, shape (N,)
        Classes from 0.
    queries : ndarray of shape (M, D)
        Features to classify.
    k : int, optional
        Number of neighbours, by cosine similarity.
    tau : float, optional
        A neighbour of similarity s has exp(s / tau) votes.

    Returns
    -------
    classes : ndarray of int, shape (M,)
        Those with most votes; of several the lowest.

    References
    ----------
    Wu et al. (2018), "Unsupervised Feature Learning via Non-Parametric Instance
    Discrimination", section 3.4.
    """
    sims = unit_rows(queries) @ unit_rows(features).T
    near = np.argpartition(-sims, k - 1, axis=1)[:, :k]
    row = np.arange(len(queries))[:, None]
    votes = np.zeros((len(queries), labels.max() + 1))
    weight = np.exp((sims[row, near] - 1) / tau)  # the same factor for all votes
    np.add.at(votes, (row, labels[near]), weight)
    return votes.argmax(axis=1)


def linear_probe(
    features: np.ndarray, labels: np.ndarray, queries: np.ndarray, reg: float = 0.1
) -> np.ndarray:
    """Classify by a linear model of standardised features, fitted by least squares.

    Parameters
    ----------
    features : ndarray of shape (N, D)
        Features whose labels are known.
    labels : ndarray of int, shape (N,)
        Classes from 0.
    queries : ndarray of shape (M, D)
        Features to classify.
    reg : float, optional
        Strength of the penalty on the weights, times N.

    Returns
    -------
    scores : ndarray of shape (M, K)
        The higher, the more likely the class.
    """
    mean, std = features.mean(axis=0), features.std(axis=0) + 1e-6
    x, q = (features - mean) / std, (queries - mean) / std
    wanted = np.eye(labels.max() + 1)[labels]
    shares = wanted.mean(axis=0)
    penalty = reg * len(x) * np.eye(x.shape[1])
    return q @ np.linalg.solve(x.T @ x + penalty, x.T @ (wanted - shares)) + shares
