"""What answers may use of PyTorch where an exercise forbids something.

As in :mod:`cs231n.testing.module_names`: what computes on tensors, and what networks
and their training are made of. What is on no list is refused by name: whatever reads
or writes files (``torch.load``), compiles or runs a text (``torch.jit``,
``torch.utils.cpp_extension``), fetches from a network (``torch.hub``), starts processes
or leads to what the library keeps for itself (``torch._C``).
"""

_TYPES = """
    Tensor FloatTensor DoubleTensor HalfTensor LongTensor IntTensor ShortTensor
    CharTensor ByteTensor BoolTensor Generator Size device dtype layout
    memory_format bfloat16 bool cdouble cfloat complex128 complex64 double float
    float16 float32 float64 half int int16 int32 int64 int8 long short uint8 e inf
    nan newaxis pi finfo iinfo channels_last channels_last_3d contiguous_format
    preserve_format strided autocast enable_grad inference_mode no_grad
    is_grad_enabled set_grad_enabled is_tensor manual_seed seed initial_seed
    get_rng_state set_rng_state get_default_dtype set_default_dtype
    set_default_device set_default_tensor_type get_num_threads set_num_threads
    set_printoptions typename unique unravel_index broadcast_shapes vmap
    use_deterministic_algorithms get_float32_matmul_precision
    set_float32_matmul_precision
"""
_TENSORS = """
    abs abs_ absolute acos acos_ acosh acosh_ adaptive_avg_pool1d
    adaptive_max_pool1d add addbmm addcdiv addcmul addmm addmv addmv_ addr adjoint
    all allclose alpha_dropout alpha_dropout_ amax amin aminmax angle any arange
    arccos arccos_ arccosh arccosh_ arcsin arcsin_ arcsinh arcsinh_ arctan arctan2
    arctan_ arctanh arctanh_ argmax argmin argsort argwhere as_strided as_strided_
    as_strided_scatter as_tensor asarray asin asin_ asinh asinh_ atan atan2 atan_
    atanh atanh_ atleast_1d atleast_2d atleast_3d avg_pool1d baddbmm bartlett_window
    batch_norm bernoulli bilinear binary_cross_entropy_with_logits bincount binomial
    bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift
    bitwise_xor blackman_window block_diag bmm broadcast_tensors broadcast_to
    bucketize can_cast cartesian_prod cat cdist ceil ceil_ celu celu_ chain_matmul
    channel_shuffle cholesky cholesky_inverse cholesky_solve chunk clamp clamp_
    clamp_max clamp_max_ clamp_min clamp_min_ clip clip_ clone column_stack
    combinations complex concat concatenate conj conj_physical conj_physical_
    constant_pad_nd conv1d conv2d conv3d conv_transpose1d conv_transpose2d
    conv_transpose3d copysign corrcoef cos cos_ cosh cosh_ cosine_embedding_loss
    cosine_similarity count_nonzero cov cross ctc_loss cummax cummin cumprod cumsum
    cumulative_trapezoid deg2rad deg2rad_ det detach detach_ diag diag_embed
    diagflat diagonal diagonal_scatter diff digamma dist div divide dot dropout
    dropout_ dsplit dstack eig einsum embedding embedding_bag empty empty_like
    empty_permuted empty_strided eq equal erf erf_ erfc erfc_ erfinv exp exp2 exp2_
    exp_ expm1 expm1_ eye feature_alpha_dropout feature_alpha_dropout_
    feature_dropout feature_dropout_ fill fill_ fix fix_ flatten flip fliplr flipud
    float_power floor floor_ floor_divide fmax fmin fmod frac frac_ frexp
    frobenius_norm from_numpy frombuffer full full_like gather gcd gcd_ ge geqrf ger
    get_device gradient greater greater_equal group_norm gru gru_cell gt
    hamming_window hann_window hardshrink heaviside hinge_embedding_loss histc
    histogram histogramdd hsplit hstack hypot i0 i0_ igamma igammac imag index_add
    index_copy index_fill index_put index_put_ index_reduce index_select inner
    instance_norm inverse is_complex is_conj is_floating_point is_neg is_nonzero
    is_same_size is_signed isclose isfinite isin isinf isnan isneginf isposinf isreal
    istft
    kaiser_window kl_div kron kthvalue layer_norm lcm lcm_ ldexp ldexp_ le lerp less
    less_equal lgamma linspace lobpcg log log10 log10_ log1p log1p_ log2 log2_ log_
    log_softmax logaddexp logaddexp2 logcumsumexp logdet logical_and logical_not
    logical_or logical_xor logit logit_ logspace logsumexp lstm lstm_cell lstsq lt
    lu lu_solve lu_unpack margin_ranking_loss masked_fill masked_scatter
    masked_select matmul matrix_exp matrix_power matrix_rank max max_pool1d
    max_pool1d_with_indices max_pool2d max_pool3d maximum mean median meshgrid min
    minimum mm mode moveaxis movedim msort mul multinomial multiply mv mvlgamma
    nan_to_num nan_to_num_ nanmean nanmedian nanquantile nansum narrow ne neg neg_
    negative negative_ nextafter nonzero nonzero_static norm normal not_equal
    nuclear_norm numel ones ones_like orgqr ormqr outer pairwise_distance
    pca_lowrank pdist permute pinverse pixel_shuffle pixel_unshuffle poisson
    poisson_nll_loss polar polygamma positive pow prelu prod promote_types put qr
    quantile rad2deg rad2deg_ rand rand_like randint randint_like randn randn_like
    randperm range ravel real reciprocal reciprocal_ relu relu_ remainder renorm
    repeat_interleave reshape resolve_conj resolve_neg result_type rms_norm roll
    rot90 round round_ row_stack rrelu rrelu_ rsqrt rsqrt_ rsub scalar_tensor
    scatter scatter_add scatter_reduce searchsorted select select_scatter selu selu_
    sgn sigmoid sigmoid_ sign signbit sin sin_ sinc sinc_ sinh sinh_ slice_scatter
    slogdet softmax solve sort sparse_bsc_tensor sparse_bsr_tensor
    sparse_compressed_tensor sparse_coo_tensor sparse_csc_tensor sparse_csr_tensor
    split split_with_sizes sqrt sqrt_ square square_ squeeze stack std std_mean stft
    sub subtract sum svd svd_lowrank swapaxes swapdims symeig t take take_along_dim
    tan tan_ tanh tanh_ tensor tensor_split tensordot threshold threshold_ tile topk
    trace transpose trapezoid trapz triangular_solve tril tril_indices
    triplet_margin_loss triu triu_indices true_divide trunc trunc_ unbind unflatten
    unique_consecutive unsqueeze vander var var_mean vdot view_as_complex
    view_as_real vsplit vstack where xlogy xlogy_ zero_ zeros zeros_like
"""
_LAYERS = """
    AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveLogSoftmaxWithLoss
    AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d AlphaDropout AvgPool1d
    AvgPool2d AvgPool3d BatchNorm1d BatchNorm2d BatchNorm3d BCELoss
    BCEWithLogitsLoss Bilinear CELU ChannelShuffle CircularPad1d CircularPad2d
    CircularPad3d ConstantPad1d ConstantPad2d ConstantPad3d Conv1d Conv2d Conv3d
    ConvTranspose1d ConvTranspose2d ConvTranspose3d CosineEmbeddingLoss
    CosineSimilarity CrossEntropyLoss CTCLoss Dropout Dropout1d Dropout2d Dropout3d
    ELU Embedding EmbeddingBag FeatureAlphaDropout Flatten Fold FractionalMaxPool2d
    FractionalMaxPool3d GaussianNLLLoss GELU GLU GroupNorm GRU GRUCell Hardshrink
    Hardsigmoid Hardswish Hardtanh HingeEmbeddingLoss HuberLoss Identity
    InstanceNorm1d InstanceNorm2d InstanceNorm3d KLDivLoss L1Loss LayerNorm
    LazyBatchNorm1d LazyBatchNorm2d LazyBatchNorm3d LazyConv1d LazyConv2d LazyConv3d
    LazyConvTranspose1d LazyConvTranspose2d LazyConvTranspose3d LazyInstanceNorm1d
    LazyInstanceNorm2d LazyInstanceNorm3d LazyLinear LeakyReLU Linear
    LocalResponseNorm LogSigmoid LogSoftmax LPPool1d LPPool2d LPPool3d LSTM LSTMCell
    MarginRankingLoss MaxPool1d MaxPool2d MaxPool3d MaxUnpool1d MaxUnpool2d
    MaxUnpool3d Mish Module ModuleDict ModuleList MSELoss MultiheadAttention
    MultiLabelMarginLoss MultiLabelSoftMarginLoss MultiMarginLoss NLLLoss
    PairwiseDistance Parameter ParameterDict ParameterList PixelShuffle
    PixelUnshuffle PoissonNLLLoss PReLU ReflectionPad1d ReflectionPad2d
    ReflectionPad3d ReLU ReLU6 ReplicationPad1d ReplicationPad2d ReplicationPad3d
    RMSNorm RNN RNNBase RNNCell RNNCellBase RReLU SELU Sequential Sigmoid SiLU
    SmoothL1Loss SoftMarginLoss Softmax Softmax2d Softmin Softplus Softshrink
    Softsign Tanh Tanhshrink Threshold Transformer TransformerDecoder
    TransformerDecoderLayer TransformerEncoder TransformerEncoderLayer
    TripletMarginLoss TripletMarginWithDistanceLoss Unflatten Unfold Upsample
    UpsamplingBilinear2d UpsamplingNearest2d ZeroPad1d ZeroPad2d ZeroPad3d
"""
_FUNCTIONS = """
    adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d
    adaptive_max_pool1d_with_indices adaptive_max_pool2d
    adaptive_max_pool2d_with_indices adaptive_max_pool3d
    adaptive_max_pool3d_with_indices affine_grid alpha_dropout avg_pool1d avg_pool2d
    avg_pool3d batch_norm bilinear binary_cross_entropy
    binary_cross_entropy_with_logits celu celu_ channel_shuffle conv1d conv2d conv3d
    conv_transpose1d conv_transpose2d conv_transpose3d cosine_embedding_loss
    cosine_similarity cross_entropy ctc_loss dropout dropout1d dropout2d dropout3d
    elu elu_ embedding embedding_bag feature_alpha_dropout fold
    fractional_max_pool2d fractional_max_pool2d_with_indices fractional_max_pool3d
    fractional_max_pool3d_with_indices gaussian_nll_loss gelu glu grid_sample
    group_norm gumbel_softmax hardshrink hardsigmoid hardswish hardtanh hardtanh_
    hinge_embedding_loss huber_loss instance_norm interpolate kl_div l1_loss
    layer_norm leaky_relu leaky_relu_ linear local_response_norm log_softmax
    logsigmoid lp_pool1d lp_pool2d lp_pool3d margin_ranking_loss max_pool1d
    max_pool1d_with_indices max_pool2d max_pool2d_with_indices max_pool3d
    max_pool3d_with_indices max_unpool1d max_unpool2d max_unpool3d mish mse_loss
    multi_head_attention_forward multi_margin_loss multilabel_margin_loss
    multilabel_soft_margin_loss nll_loss normalize one_hot pad pairwise_distance
    pdist pixel_shuffle pixel_unshuffle poisson_nll_loss prelu relu relu6 relu_
    rms_norm rrelu rrelu_ scaled_dot_product_attention selu selu_ sigmoid silu
    smooth_l1_loss soft_margin_loss softmax softmin softplus softshrink softsign
    tanh tanhshrink threshold threshold_ triplet_margin_loss
    triplet_margin_with_distance_loss unfold upsample upsample_bilinear
    upsample_nearest
"""
_TORCH = """
    amp autograd backends cuda fft linalg mps nn optim random special utils
"""
_NN = "functional init parameter utils"
#: The names by module, as a text each.
TORCH = {
    "torch": _TYPES + _TENSORS + _TORCH,
    "torch.amp": "autocast GradScaler",
    "torch.cuda.amp": "autocast GradScaler",
    "torch.autograd": """
        Function Variable backward enable_grad functional grad gradcheck
        gradgradcheck inference_mode no_grad set_grad_enabled detect_anomaly
        set_detect_anomaly
    """,
    "torch.autograd.functional": "hessian hvp jacobian jvp vhp vjp",
    "torch.backends": "cuda cudnn mps",
    "torch.backends.cuda": "is_built matmul",
    "torch.backends.cudnn": """
        allow_tf32 benchmark deterministic enabled is_available version
    """,
    "torch.backends.mps": "is_available is_built",
    "torch.cuda": """
        FloatTensor LongTensor amp current_device device device_count empty_cache
        get_device_name get_device_properties is_available manual_seed
        manual_seed_all max_memory_allocated memory_allocated
        reset_peak_memory_stats set_device synchronize
    """,
    "torch.fft": """
        fft fft2 fftfreq fftn fftshift ifft ifft2 ifftn ifftshift irfft irfft2
        irfftn rfft rfft2 rfftfreq rfftn
    """,
    "torch.linalg": """
        LinAlgError cholesky cond cross det diagonal eig eigh eigvals eigvalsh inv
        lstsq lu lu_factor lu_solve matmul matrix_exp matrix_norm matrix_power
        matrix_rank multi_dot norm pinv qr slogdet solve solve_triangular svd
        svdvals vander vecdot vector_norm
    """,
    "torch.mps": "empty_cache manual_seed synchronize",
    "torch.nn": _LAYERS + _NN,
    "torch.nn.functional": _FUNCTIONS,
    "torch.nn.init": """
        calculate_gain constant constant_ dirac_ eye_ kaiming_normal kaiming_normal_
        kaiming_uniform kaiming_uniform_ normal normal_ ones_ orthogonal orthogonal_
        sparse_ trunc_normal_ uniform uniform_ xavier_normal xavier_normal_
        xavier_uniform xavier_uniform_ zeros_
    """,
    "torch.nn.parameter": "Parameter",
    "torch.nn.utils": """
        clip_grad_norm clip_grad_norm_ clip_grad_value_ parameters_to_vector
        parametrizations rnn spectral_norm vector_to_parameters weight_norm
    """,
    "torch.nn.utils.parametrizations": "orthogonal spectral_norm weight_norm",
    "torch.nn.utils.rnn": """
        PackedSequence pack_padded_sequence pack_sequence pad_packed_sequence
        pad_sequence
    """,
    "torch.optim": """
        ASGD Adadelta Adagrad Adam AdamW Adamax LBFGS NAdam Optimizer RAdam RMSprop
        Rprop SGD SparseAdam lr_scheduler
        swa_utils
    """,
    "torch.optim.lr_scheduler": """
        ChainedScheduler ConstantLR CosineAnnealingLR CosineAnnealingWarmRestarts
        CyclicLR ExponentialLR LRScheduler LambdaLR LinearLR MultiStepLR
        MultiplicativeLR OneCycleLR PolynomialLR ReduceLROnPlateau SequentialLR
        StepLR
    """,
    "torch.optim.swa_utils": "AveragedModel SWALR get_ema_multi_avg_fn update_bn",
    "torch.random": """
        fork_rng get_rng_state initial_seed manual_seed seed set_rng_state
    """,
    "torch.special": """
        digamma entr erf erfc erfinv exp2 expit expm1 gammaln i0 i1 log1p log_ndtr
        log_softmax logit logsumexp ndtr ndtri polygamma psi round sinc softmax
        xlog1py xlogy zeta
    """,
    "torch.utils": "data",
    "torch.utils.data": """
        BatchSampler ConcatDataset DataLoader Dataset IterableDataset RandomSampler
        Sampler SequentialSampler Subset SubsetRandomSampler TensorDataset
        WeightedRandomSampler default_collate random_split sampler
    """,
    "torch.utils.data.sampler": """
        BatchSampler RandomSampler Sampler SequentialSampler SubsetRandomSampler
        WeightedRandomSampler
    """,
}
