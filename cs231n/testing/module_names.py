"""What answers may use of modules where an exercise forbids something: what computes.

What is on no list is refused by name: of NumPy whatever reads or writes files, runs a
text as code (``np.testing.runstring``), starts tests or compilers, or shows how NumPy
was built; of others what calls a name that is a text (``operator.methodcaller``),
imports a module by its name (``plt.switch_backend``) or leads to the notebook
(``IPython.get_ipython``). Names that only older versions have are here, too.
"""

from cs231n.testing.library_names import LIBRARIES
from cs231n.testing.torch_names import TORCH

_TYPES = """
    False_ True_ ScalarType bool bool_ bool8 byte bytes_ cdouble cfloat character
    clongdouble clongfloat complex complex64 complex128 complex256 complex_
    complexfloating csingle datetime64 double dtype e euler_gamma finfo flexible float
    float16 float32 float64 float128 float_ floating generic half iinfo inexact inf
    Inf Infinity int int8 int16 int32 int64 int_ intc integer intp long longdouble
    longfloat longlong nan NaN NAN ndarray newaxis number object object_ pi short
    signedinteger single singlecomplex str str_ timedelta64 typecodes ubyte ufunc uint
    uint8 uint16 uint32 uint64 uintc uintp ulong ulonglong unicode_ unsignedinteger
    ushort void
"""
_MAKING = """
    arange array asanyarray asarray asarray_chkfinite ascontiguousarray asfortranarray
    asmatrix astype atleast_1d atleast_2d atleast_3d bartlett blackman block bmat
    broadcast broadcast_arrays broadcast_shapes broadcast_to c_ can_cast column_stack
    common_type concat concatenate copy copyto diag diagflat dsplit dstack empty
    empty_like expand_dims eye flatiter frombuffer fromfunction fromiter frompyfunc
    full full_like geomspace hamming hanning hsplit hstack identity index_exp indices
    isdtype issctype issubclass_ issubdtype issubsctype ix_ kaiser kron linspace
    logspace mask_indices mat matrix meshgrid mgrid min_scalar_type mintypecode
    ndenumerate ndindex nditer nested_iters ogrid ones ones_like pad promote_types r_
    ravel_multi_index recarray record repeat require reshape resize result_type
    row_stack s_ split stack tile tri tril tril_indices tril_indices_from triu
    triu_indices triu_indices_from unravel_index unstack vander vectorize vsplit
    vstack zeros zeros_like
"""
_COMPUTING = """
    abs absolute acos acosh add all allclose alltrue amax amin angle any
    apply_along_axis apply_over_axes arccos arccosh arcsin arcsinh arctan arctan2
    arctanh around asin asinh atan atan2 atanh average bincount bitwise_and
    bitwise_count bitwise_invert bitwise_left_shift bitwise_not bitwise_or
    bitwise_right_shift bitwise_xor cbrt ceil clip conj conjugate convolve copysign
    corrcoef correlate cos cosh count_nonzero cov cross cumprod cumproduct cumsum
    cumulative_prod cumulative_sum deg2rad degrees diff digitize divide divmod dot
    ediff1d einsum einsum_path equal exp exp2 expm1 fabs fix float_power floor
    floor_divide fmax fmin fmod frexp gcd gradient greater greater_equal heaviside
    histogram histogram2d histogram_bin_edges histogramdd hypot i0 imag inner interp
    invert isclose iscomplex iscomplexobj isfinite isinf isnan isneginf isposinf
    isreal isrealobj isscalar lcm ldexp left_shift less less_equal log log10 log1p
    log2 logaddexp logaddexp2 logical_and logical_not logical_or logical_xor matmul
    matvec max maximum mean median min minimum mod modf multiply nan_to_num nanargmax
    nanargmin nancumprod nancumsum nanmax nanmean nanmedian nanmin nanpercentile
    nanprod nanquantile nanstd nansum nanvar negative nextafter not_equal outer
    packbits percentile piecewise poly poly1d polyadd polyder polydiv polyfit polyint
    polymul polysub polyval positive power prod product ptp quantile rad2deg radians
    real real_if_close reciprocal remainder right_shift rint roots round round_ sign
    signbit sin sinc sinh sometrue spacing sqrt square std subtract sum tan tanh
    tensordot trace trapezoid trapz true_divide trunc unpackbits unwrap var vdot
    vecdot vecmat
"""
_ARRANGING = """
    append argmax argmin argpartition argsort argwhere array_equal array_equiv
    array_split choose compress delete diag_indices diag_indices_from diagonal extract
    fill_diagonal flatnonzero flip fliplr flipud in1d insert intersect1d isfortran
    isin iterable lexsort matrix_transpose may_share_memory moveaxis msort ndim
    nonzero partition permute_dims place put put_along_axis putmask ravel roll
    rollaxis rot90 searchsorted select setdiff1d setxor1d shape shares_memory size
    sort sort_complex squeeze swapaxes take take_along_axis transpose trim_zeros
    union1d unique unique_all unique_counts unique_inverse unique_values where
"""
_SHOWING = """
    array2string array_repr array_str base_repr binary_repr errstate
    format_float_positional format_float_scientific get_printoptions geterr
    printoptions set_printoptions seterr typename
"""
_MODULES = "fft lib linalg ma random testing"
_MASKED = """
    MaskType MaskedArray array asarray compressed count filled getdata getmask
    getmaskarray isMaskedArray is_masked make_mask masked masked_all masked_array
    masked_equal masked_greater masked_greater_equal masked_inside masked_invalid
    masked_less masked_less_equal masked_not_equal masked_outside masked_values
    masked_where max mean median min nomask std sum var zeros
"""
_LINALG = """
    LinAlgError cholesky cond cross det diagonal eig eigh eigvals eigvalsh inv lstsq
    matmul matrix_norm matrix_power matrix_rank matrix_transpose multi_dot norm outer
    pinv qr slogdet solve svd svdvals tensordot tensorinv tensorsolve trace vecdot
    vector_norm
"""
_FOURIER = """
    fft fft2 fftfreq fftn fftshift hfft ifft ifft2 ifftn ifftshift ihfft irfft irfft2
    irfftn rfft rfft2 rfftfreq rfftn
"""
_RANDOM = """
    Generator MT19937 PCG64 PCG64DXSM Philox RandomState SFC64 SeedSequence beta
    binomial bytes chisquare choice default_rng dirichlet exponential f gamma
    geometric get_state gumbel hypergeometric laplace logistic lognormal logseries
    multinomial multivariate_normal negative_binomial noncentral_chisquare
    noncentral_f normal pareto permutation poisson power rand randint randn random
    random_integers random_sample ranf rayleigh sample seed set_state shuffle
    standard_cauchy standard_exponential standard_gamma standard_normal standard_t
    triangular uniform vonmises wald weibull zipf
"""
_COMPARING = """
    assert_ assert_allclose assert_almost_equal assert_approx_equal
    assert_array_almost_equal assert_array_equal assert_array_less assert_equal
"""
_OPERATORS = """
    abs add and_ concat contains countOf eq floordiv ge getitem gt iadd iand iconcat
    ifloordiv ilshift imatmul imod imul index indexOf inv invert ior ipow irshift is_
    is_not isub itemgetter itruediv ixor le length_hint lshift lt matmul mod mul ne neg
    not_ or_ pos pow rshift setitem sub truediv truth xor
"""
_HINTS = """
    Annotated Any Callable ClassVar Collection Container DefaultDict Deque Dict Final
    FrozenSet Generator Generic Hashable Iterable Iterator List Literal Mapping
    MutableMapping MutableSequence NamedTuple NoReturn Optional ParamSpec Protocol
    Reversible Self Sequence Set Sized SupportsFloat SupportsIndex SupportsInt Text
    Tuple Type TypeAlias TypeVar TypedDict TYPE_CHECKING Union cast final overload
"""
_PLOTS = """
    Axes Circle Figure GridSpec Line2D Normalize Polygon Rectangle annotate arrow
    autoscale axes axhline axhspan axis axline axvline axvspan bar bar_label
    barh boxplot cla clabel clf clim close cm colorbar colormaps contour contourf draw
    errorbar figlegend figtext figure fill fill_between fill_betweenx gca gcf get_cmap
    gray grid hexbin hist hist2d hlines hot imshow inferno ioff ion jet legend
    locator_params loglog magma margins matshow pause pcolor pcolormesh pie plasma plot
    polar quiver rc rcParams rc_context rcdefaults sca scatter semilogx semilogy
    set_cmap setp show specgram spy stackplot stairs stem step streamplot subplot
    subplot2grid subplot_mosaic subplots subplots_adjust suptitle table text tick_params
    ticklabel_format tight_layout title tricontour tricontourf tripcolor triplot twinx
    twiny violinplot viridis vlines xcorr xlabel xlim xscale xticks ylabel ylim yscale
    yticks
"""
_SHOWN = (
    "Audio HTML Image JSON Latex Markdown Math Pretty SVG Video clear_output display"
)
_BY_MODULE = {
    "IPython": "core display",
    "IPython.core": "display",
    "IPython.core.display": _SHOWN,
    "IPython.display": _SHOWN,
    "copy": "copy deepcopy",
    "dataclasses": "asdict astuple dataclass field fields replace",
    "functools": """
        cache cached_property cmp_to_key lru_cache partial partialmethod reduce
        total_ordering wraps
    """,
    "matplotlib": "cm colors gridspec patches pyplot rc rcParams ticker",
    "matplotlib.pyplot": _PLOTS,
    "numpy": _TYPES + _MAKING + _COMPUTING + _ARRANGING + _SHOWING + _MODULES,
    "numpy.fft": _FOURIER,
    "numpy.lib": "stride_tricks",
    "numpy.lib.stride_tricks": "as_strided sliding_window_view",
    "numpy.linalg": _LINALG,
    "numpy.ma": _MASKED,
    "numpy.random": _RANDOM,
    "numpy.testing": _COMPARING,
    "operator": _OPERATORS,
    "os": "path sep",
    "six": "iteritems iterkeys itervalues moves",
    "six.moves": "filter input map range reduce xrange zip",
    "sys": "float_info maxsize stderr stdout version_info",
    "typing": _HINTS,
}
#: The names by module.
NAMES = {
    module: frozenset(names.split())
    for module, names in (_BY_MODULE | LIBRARIES | TORCH).items()
}
