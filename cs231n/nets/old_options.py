"""Arguments of earlier editions, read as those of today."""


def read_old_options(
    keep: float,
    normalization: str | bool | None,
    dropout: float | None,
    use_batchnorm: bool | None,
) -> tuple[float, str | None]:
    """Return the share that dropout keeps and the normalisation.

    Parameters
    ----------
    keep : float
        ``dropout_keep_ratio``, of 2021 and later.
    normalization : {None, "batchnorm", "layernorm"} or bool
        Of 2018 and later. True or False is ``use_batchnorm`` of 2017, which stood in
        its place; ``keep`` is ``dropout`` of that year then.
    dropout : float or None
        The share that is kept from 2018 to 2020, the one that is dropped in 2017; 0 and
        1 are none.
    use_batchnorm : bool or None
        Of 2017.

    Returns
    -------
    keep : float
        Share that dropout keeps.
    normalization : str or None
        What stands before each ReLU.

    Raises
    ------
    ValueError
        If arguments of several editions contradict each other.
    """
    if isinstance(normalization, bool):  # by position, as in 2017
        return read_old_options(1, None, keep, normalization)
    if use_batchnorm:
        if normalization not in (None, "batchnorm"):
            raise ValueError(
                f"use_batchnorm=True and normalization={normalization!r} contradict "
                f"each other; pass normalization alone."
            )
        normalization = "batchnorm"
    if dropout is None:
        return keep, normalization
    if keep != 1:
        raise ValueError(
            f"dropout={dropout!r} and dropout_keep_ratio={keep!r} say the same thing "
            f"twice; pass dropout_keep_ratio alone."
        )
    if dropout in (0, 1):
        return 1, normalization
    if use_batchnorm is not None:  # an edition in which it was the share dropped
        return 1 - dropout, normalization
    if dropout != 0.5 and normalization is None:
        print(
            f"dropout={dropout:g} is read as the share that is kept, as from 2018 on. "
            f"In 2017 it was the share dropped: pass dropout_keep_ratio="
            f"{1 - dropout:g} if you mean that."
        )
    return dropout, normalization
