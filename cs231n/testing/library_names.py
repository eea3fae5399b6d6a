"""What answers may use of SciPy, scikit-learn, OpenCV and scikit-image, by lists.

As in :mod:`cs231n.testing.module_names`: what computes on arrays. What is on no list is
refused by name: whatever reads or writes files (``scipy.io``, ``cv2.imread``), fetches
from a network (``sklearn.datasets``), calls compiled code by its address
(``scipy.LowLevelCallable``) or is for the library alone (``scipy._lib``).
"""

_LINALG = """
    LinAlgError block_diag cho_factor cho_solve cholesky circulant det eig eigh
    eigvals eigvalsh expm hankel hilbert inv kron logm lstsq lu lu_factor lu_solve
    norm null_space orth pinv pinvh polar qr schur solve solve_triangular sqrtm svd
    svdvals toeplitz tril triu
"""
_SPECIAL = """
    binom comb digamma entr erf erfc erfcinv erfinv exp10 exp2 expi expit expm1
    factorial gamma gammaln i0 i1 j0 j1 kl_div log1p log_expit log_ndtr log_softmax
    logit loggamma logsumexp ndtr ndtri perm poch polygamma psi rel_entr round sinc
    softmax softplus xlog1py xlogy zeta beta betaln cbrt
"""
_IMAGES = """
    affine_transform binary_closing binary_dilation binary_erosion binary_opening
    center_of_mass convolve convolve1d correlate correlate1d distance_transform_edt
    gaussian_filter gaussian_filter1d gaussian_gradient_magnitude gaussian_laplace
    generic_filter grey_dilation grey_erosion label laplace map_coordinates maximum
    maximum_filter mean median median_filter minimum minimum_filter
    percentile_filter prewitt rank_filter rotate shift sobel standard_deviation sum
    uniform_filter uniform_filter1d variance zoom
"""
_SIGNALS = """
    argrelextrema argrelmax argrelmin chirp convolve convolve2d correlate
    correlate2d decimate deconvolve detrend fftconvolve filtfilt find_peaks firwin
    get_window hilbert istft lfilter medfilt medfilt2d oaconvolve order_filter
    periodogram resample savgol_filter sepfir2d sosfilt spectrogram stft
    unit_impulse upfirdn welch wiener
"""
_STATISTICS = """
    bernoulli beta binom bootstrap cauchy chi2 describe differential_entropy
    dirichlet entropy expon gamma gaussian_kde gmean hmean iqr kstest ks_2samp
    kurtosis laplace linregress logistic lognorm mode moment multinomial
    multivariate_normal norm pearsonr percentileofscore poisson rankdata rv_discrete
    scoreatpercentile sem skew spearmanr t trim_mean truncnorm ttest_ind ttest_rel
    uniform wasserstein_distance zscore
"""
_MINIMA = """
    approx_fprime bisect brentq check_grad curve_fit differential_evolution fmin
    fmin_bfgs fmin_cg fmin_l_bfgs_b fsolve least_squares leastsq line_search
    linear_sum_assignment linprog minimize minimize_scalar newton nnls root
    root_scalar
"""
_FOURIER = """
    dct dctn fft fft2 fftfreq fftn fftshift idct idctn ifft ifft2 ifftn ifftshift
    irfft irfft2 irfftn rfft rfft2 rfftfreq rfftn
"""
_DISTANCES = """
    braycurtis canberra cdist chebyshev cityblock correlation cosine euclidean
    hamming jaccard jensenshannon mahalanobis minkowski pdist sqeuclidean squareform
"""
_SPARSE = """
    block_diag bmat bsr_matrix coo_array coo_matrix csc_array csc_matrix csr_array
    csr_matrix dia_matrix diags dok_matrix eye find hstack identity issparse kron
    lil_matrix random spdiags tril triu vstack
"""
_PICTURES = """
    GaussianBlur Canny Laplacian Scharr Sobel absdiff add addWeighted
    bilateralFilter bitwise_and bitwise_not bitwise_or bitwise_xor blur boxFilter
    calcHist compareHist convertScaleAbs copyMakeBorder cvtColor dilate
    distanceTransform divide equalizeHist erode filter2D flip getGaborKernel
    getGaussianKernel getRotationMatrix2D getStructuringElement inRange integral
    magnitude matchTemplate mean meanStdDev medianBlur merge minMaxLoc morphologyEx
    multiply normalize phase pyrDown pyrUp reduce remap resize rotate sepFilter2D
    split subtract threshold transpose warpAffine warpPerspective HOGDescriptor
    SIFT_create ORB_create cartToPolar polarToCart cornerHarris goodFeaturesToTrack
    BORDER_CONSTANT BORDER_DEFAULT BORDER_REFLECT BORDER_REFLECT_101
    BORDER_REPLICATE BORDER_WRAP COLOR_BGR2GRAY COLOR_BGR2HSV COLOR_BGR2LAB
    COLOR_BGR2RGB COLOR_BGR2YCR_CB COLOR_GRAY2BGR COLOR_GRAY2RGB COLOR_HSV2BGR
    COLOR_HSV2RGB COLOR_LAB2RGB COLOR_RGB2BGR COLOR_RGB2GRAY COLOR_RGB2HSV
    COLOR_RGB2LAB COLOR_RGB2YCR_CB CV_16S CV_32F CV_64F CV_8U INTER_AREA INTER_CUBIC
    INTER_LANCZOS4 INTER_LINEAR INTER_NEAREST HISTCMP_CORREL MORPH_CLOSE MORPH_CROSS
    MORPH_ELLIPSE MORPH_GRADIENT MORPH_OPEN MORPH_RECT NORM_L1 NORM_L2 NORM_MINMAX
    ROTATE_180 ROTATE_90_CLOCKWISE ROTATE_90_COUNTERCLOCKWISE THRESH_BINARY
    THRESH_OTSU TM_CCOEFF_NORMED
"""
#: The names by module, as a text each.
LIBRARIES = {
    "scipy": """
        constants fft integrate interpolate linalg misc ndimage optimize signal
        sparse spatial special stats
    """,
    "scipy.constants": "c e g pi",
    "scipy.fft": _FOURIER,
    "scipy.integrate": """
        cumulative_trapezoid odeint quad simpson solve_ivp trapezoid
    """,
    "scipy.interpolate": """
        CubicSpline RegularGridInterpolator griddata interp1d interp2d
    """,
    "scipy.linalg": _LINALG,
    "scipy.misc": """
        bytescale comb derivative factorial imfilter imresize imrotate logsumexp
    """,
    "scipy.ndimage": _IMAGES,
    "scipy.optimize": _MINIMA,
    "scipy.signal": _SIGNALS,
    "scipy.sparse": _SPARSE,
    "scipy.spatial": "KDTree cKDTree distance distance_matrix",
    "scipy.spatial.distance": _DISTANCES,
    "scipy.special": _SPECIAL,
    "scipy.stats": _STATISTICS,
    "sklearn": """
        cluster decomposition linear_model manifold metrics mixture model_selection
        neighbors neural_network preprocessing svm
    """,
    "sklearn.cluster": "AgglomerativeClustering DBSCAN KMeans MiniBatchKMeans",
    "sklearn.decomposition": "FastICA KernelPCA NMF PCA TruncatedSVD",
    "sklearn.linear_model": """
        Lasso LinearRegression LogisticRegression Perceptron Ridge RidgeClassifier
        SGDClassifier SGDRegressor
    """,
    "sklearn.manifold": "MDS TSNE",
    "sklearn.metrics": """
        accuracy_score confusion_matrix f1_score log_loss mean_squared_error
        pairwise pairwise_distances precision_score recall_score
    """,
    "sklearn.metrics.pairwise": """
        cosine_distances cosine_similarity euclidean_distances linear_kernel
        manhattan_distances pairwise_distances rbf_kernel
    """,
    "sklearn.mixture": "GaussianMixture",
    "sklearn.model_selection": """
        GridSearchCV KFold ParameterGrid ShuffleSplit StratifiedKFold
        cross_val_score train_test_split
    """,
    "sklearn.neighbors": """
        KNeighborsClassifier KNeighborsRegressor NearestNeighbors
    """,
    "sklearn.neural_network": "MLPClassifier MLPRegressor",
    "sklearn.preprocessing": """
        LabelBinarizer LabelEncoder MinMaxScaler OneHotEncoder StandardScaler
        label_binarize normalize scale
    """,
    "sklearn.svm": "LinearSVC SVC",
    "cv2": _PICTURES,
    "skimage": """
        color exposure feature filters img_as_bool img_as_float img_as_float32
        img_as_float64 img_as_ubyte measure morphology transform util
    """,
    "skimage.color": """
        gray2rgb hsv2rgb lab2rgb rgb2gray rgb2hsv rgb2lab rgb2xyz rgb2yuv xyz2rgb
        yuv2rgb
    """,
    "skimage.exposure": """
        adjust_gamma equalize_adapthist equalize_hist histogram rescale_intensity
    """,
    "skimage.feature": """
        blob_dog blob_log canny corner_harris corner_peaks daisy graycomatrix
        graycoprops hog local_binary_pattern match_template multiblock_lbp
        peak_local_max
    """,
    "skimage.filters": """
        gabor gabor_kernel gaussian laplace median prewitt roberts scharr sobel
        sobel_h sobel_v threshold_otsu unsharp_mask
    """,
    "skimage.measure": "block_reduce label regionprops",
    "skimage.morphology": "closing dilation disk erosion opening square",
    "skimage.transform": """
        AffineTransform downscale_local_mean pyramid_gaussian pyramid_reduce rescale
        resize rotate warp
    """,
    "skimage.util": """
        crop img_as_bool img_as_float img_as_ubyte invert montage random_noise
        view_as_blocks view_as_windows
    """,
}
