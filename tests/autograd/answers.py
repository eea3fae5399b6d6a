"""Networks as answers of all editions write them, for either engine.

Each function takes an engine and returns modules and functions that only use forms of
call counted among public answers. Attribute names are the course's.
"""

import copy
import itertools
import math
from types import SimpleNamespace


def captioning_2021(torch):
    """Attention, positions and the decoder of 2021 to 2024 (post-norm, ReLU)."""
    nn = torch.nn
    F = torch.nn.functional

    class PositionalEncoding(nn.Module):
        def __init__(self, embed_dim, dropout=0.1, max_len=5000):
            super().__init__()
            self.dropout = nn.Dropout(p=dropout)
            assert embed_dim % 2 == 0
            pe = torch.zeros(1, max_len, embed_dim)
            where = torch.arange(0, max_len).unsqueeze(1)
            rate = torch.exp(
                torch.arange(0, embed_dim, 2) * -(math.log(10000.0) / embed_dim)
            )
            pe[0, :, 0::2] = torch.sin(where * rate)
            pe[0, :, 1::2] = torch.cos(where * rate)
            self.register_buffer("pe", pe)

        def forward(self, x):
            n, s, d = x.shape
            output = torch.empty((n, s, d))
            output = x + self.pe[:, :s, :]
            return self.dropout(output)

    class MultiHeadAttention(nn.Module):
        def __init__(self, embed_dim, num_heads, dropout=0.1):
            super().__init__()
            self.key = nn.Linear(embed_dim, embed_dim)
            self.query = nn.Linear(embed_dim, embed_dim)
            self.value = nn.Linear(embed_dim, embed_dim)
            self.proj = nn.Linear(embed_dim, embed_dim)
            self.attn_drop = nn.Dropout(dropout)
            self.n_head, self.emd_dim = num_heads, embed_dim
            self.head_dim = self.emd_dim // self.n_head

        def forward(self, query, key, value, attn_mask=None):
            n, s, e = query.shape
            n, t, e = value.shape
            h, d = self.n_head, self.head_dim
            q = self.query(query).view(n, s, h, d).transpose(1, 2)
            k = self.key(key).view(n, t, h, d).transpose(1, 2)
            v = self.value(value).view(n, t, h, d).moveaxis(1, 2)
            scores = torch.matmul(q, k.transpose(2, 3)) / math.sqrt(d)
            if attn_mask is not None:
                scores = scores.masked_fill(attn_mask == 0, float("-inf"))
            weights = self.attn_drop(F.softmax(scores, dim=-1))
            out = torch.matmul(weights, v).transpose(1, 2).contiguous()
            return self.proj(out.view(n, s, e))

    class TransformerDecoderLayer(nn.Module):
        def __init__(self, input_dim, num_heads, dim_feedforward=2048, dropout=0.1):
            super().__init__()
            self.self_attn = MultiHeadAttention(input_dim, num_heads, dropout)
            self.multihead_attn = MultiHeadAttention(input_dim, num_heads, dropout)
            self.linear1 = nn.Linear(input_dim, dim_feedforward)
            self.dropout = nn.Dropout(dropout)
            self.linear2 = nn.Linear(dim_feedforward, input_dim)
            self.norm1 = nn.LayerNorm(input_dim)
            self.norm2 = nn.LayerNorm(input_dim)
            self.norm3 = nn.LayerNorm(input_dim)
            self.dropout1, self.dropout2 = nn.Dropout(dropout), nn.Dropout(dropout)
            self.dropout3 = nn.Dropout(dropout)
            self.activation = nn.ReLU()

        def forward(self, tgt, memory, tgt_mask=None):
            tgt2 = self.self_attn(query=tgt, key=tgt, value=tgt, attn_mask=tgt_mask)
            tgt = self.norm1(tgt + self.dropout1(tgt2))
            tgt2 = self.multihead_attn(query=tgt, key=memory, value=memory)
            tgt = self.norm2(tgt + self.dropout2(tgt2))
            tgt2 = self.linear2(self.dropout(self.activation(self.linear1(tgt))))
            return self.norm3(tgt + self.dropout3(tgt2))

    class TransformerDecoder(nn.Module):
        def __init__(self, decoder_layer, num_layers):
            super().__init__()
            layers = [copy.deepcopy(decoder_layer) for _ in range(num_layers)]
            self.layers, self.num_layers = nn.ModuleList(layers), num_layers

        def forward(self, tgt, memory, tgt_mask=None):
            output = tgt
            for mod in self.layers:
                output = mod(output, memory, tgt_mask=tgt_mask)
            return output

    class CaptioningTransformer(nn.Module):
        def __init__(
            self,
            vocab_size,
            input_dim,
            wordvec_dim,
            num_heads=4,
            num_layers=2,
            max_length=50,
        ):
            super().__init__()
            self.vocab_size = vocab_size
            self.visual_projection = nn.Linear(input_dim, wordvec_dim)
            self.embedding = nn.Embedding(vocab_size, wordvec_dim, padding_idx=0)
            self.positional_encoding = PositionalEncoding(
                wordvec_dim, dropout=0.0, max_len=max_length
            )
            layer = TransformerDecoderLayer(wordvec_dim, num_heads, 32, 0.0)
            self.transformer = TransformerDecoder(layer, num_layers=num_layers)
            self.apply(self._init_weights)
            self.output = nn.Linear(wordvec_dim, vocab_size)

        def _init_weights(self, module):
            if isinstance(module, nn.Linear | nn.Embedding):
                module.weight.data.normal_(mean=0.0, std=0.02)
                if isinstance(module, nn.Linear) and module.bias is not None:
                    module.bias.data.zero_()
            elif isinstance(module, nn.LayerNorm):
                module.bias.data.zero_()
                module.weight.data.fill_(1.0)

        def forward(self, features, captions):
            t = captions.shape[1]
            memory = self.visual_projection(features).unsqueeze(1)
            words = self.positional_encoding(self.embedding(captions))
            mask = torch.tril(
                torch.ones(t, t, device=captions.device, dtype=captions.dtype)
            )
            return self.output(self.transformer(words, memory, tgt_mask=mask))

        def sample(self, features, max_length=30):
            with torch.no_grad():
                features = torch.Tensor(features)
                n = features.shape[0]
                captions = torch.ones((n, max_length), dtype=torch.long)
                partial = torch.LongTensor([1] * n).unsqueeze(1)
                for t in range(max_length):
                    logits = self.forward(features, partial)[:, -1, :]
                    word = torch.argmax(logits, axis=1)
                    captions[:, t] = word
                    partial = torch.cat([partial, word.unsqueeze(1)], dim=1)
                return captions

    return SimpleNamespace(**locals())


def vision_2025(torch):
    """Encoder, decoder and vision transformer of 2025 and 2026 (GELU)."""
    nn = torch.nn
    old = captioning_2021(torch)

    class MultiHeadAttention(old.MultiHeadAttention):
        def forward(self, query, key, value, attn_mask=None):
            n, s, _ = query.size()
            t, h = key.size(1), self.n_head
            q = self.query(query).reshape(n, s, h, -1).permute(0, 2, 1, 3)
            k = self.key(key).reshape((n, t, h, self.head_dim)).permute(0, 2, 3, 1)
            v = self.value(value).reshape(n, t, h, self.head_dim).permute(0, 2, 1, 3)
            scores = q @ k
            scores /= self.head_dim**0.5
            if attn_mask is not None:
                if attn_mask.dim() == 2:
                    attn_mask = attn_mask[None, None, :, :]
                scores.masked_fill_(attn_mask == False, -math.inf)  # noqa: E712
            out = self.attn_drop(scores.softmax(dim=-1)) @ v
            return self.proj(out.permute(0, 2, 1, 3).reshape(n, s, self.emd_dim))

    class FeedForwardNetwork(nn.Module):
        def __init__(self, embed_dim, ffn_dim, dropout=0.1):
            super().__init__()
            self.fc1 = nn.Linear(embed_dim, ffn_dim)
            self.gelu, self.dropout = nn.GELU(), nn.Dropout(dropout)
            self.fc2 = nn.Linear(ffn_dim, embed_dim)

        def forward(self, x):
            return self.fc2(self.dropout(self.gelu(self.fc1(x))))

    class TransformerEncoderLayer(nn.Module):
        def __init__(self, input_dim, num_heads, dim_feedforward=2048, dropout=0.1):
            super().__init__()
            self.self_attn = MultiHeadAttention(input_dim, num_heads, dropout)
            self.ffn = FeedForwardNetwork(input_dim, dim_feedforward, dropout)
            self.norm_self, self.norm_ffn = (
                nn.LayerNorm(input_dim),
                nn.LayerNorm(input_dim),
            )
            self.dropout_self, self.dropout_ffn = (
                nn.Dropout(dropout),
                nn.Dropout(dropout),
            )

        def forward(self, src, src_mask=None):
            shortcut = src
            src = self.dropout_self(self.self_attn(src, src, src, src_mask))
            src += shortcut
            src = self.norm_self(src)
            return self.norm_ffn(src + self.dropout_ffn(self.ffn(src)))

    class TransformerDecoderLayer(nn.Module):
        def __init__(self, input_dim, num_heads, dim_feedforward=2048, dropout=0.1):
            super().__init__()
            self.self_attn = MultiHeadAttention(input_dim, num_heads, dropout)
            self.cross_attn = MultiHeadAttention(input_dim, num_heads, dropout)
            self.ffn = FeedForwardNetwork(input_dim, dim_feedforward, dropout)
            self.norm_self, self.norm_cross = (
                nn.LayerNorm(input_dim),
                nn.LayerNorm(input_dim),
            )
            self.norm_ffn = nn.LayerNorm(input_dim)
            self.dropout_self, self.dropout_cross = (
                nn.Dropout(dropout),
                nn.Dropout(dropout),
            )
            self.dropout_ffn = nn.Dropout(dropout)

        def forward(self, tgt, memory, tgt_mask=None):
            shortcut = tgt
            tgt = self.self_attn(query=tgt, key=tgt, value=tgt, attn_mask=tgt_mask)
            tgt = self.norm_self(self.dropout_self(tgt) + shortcut)
            seen = self.dropout_cross(self.cross_attn(tgt, memory, memory))
            tgt = self.norm_cross(tgt + seen)
            return self.norm_ffn(tgt + self.dropout_ffn(self.ffn(tgt)))

    class PatchEmbedding(nn.Module):
        def __init__(self, img_size, patch_size, in_channels=3, embed_dim=128):
            super().__init__()
            self.img_size, self.patch_size = img_size, patch_size
            self.in_channels, self.embed_dim = in_channels, embed_dim
            self.num_patches = (img_size // patch_size) ** 2
            self.patch_dim = patch_size * patch_size * in_channels
            self.proj = nn.Linear(self.patch_dim, embed_dim)

        def forward(self, x):
            n, c, h, w = x.shape
            p = self.patch_size
            x = x.reshape(n, c, h // p, p, w // p, p)
            x = torch.permute(x, (0, 2, 4, 1, 3, 5))
            return self.proj(x.reshape(n, self.num_patches, self.patch_dim))

    class PatchesByUnfolding(PatchEmbedding):
        def forward(self, x):
            n, p = x.size(0), self.patch_size
            x = x.unfold(2, p, p).unfold(3, p, p).permute(0, 2, 3, 1, 4, 5)
            return self.proj(x.contiguous().view(n, -1, self.patch_dim))

    class VisionTransformer(nn.Module):
        def __init__(self, patches=PatchEmbedding):
            super().__init__()
            self.num_classes = 3
            self.patch_embed = patches(8, 4, 3, 12)
            self.positional_encoding = old.PositionalEncoding(12, dropout=0.0)
            layer = TransformerEncoderLayer(12, 3, 24, 0.0)
            self.transformer = nn.ModuleList([copy.deepcopy(layer) for _ in range(2)])
            self.head = nn.Linear(12, 3)

        def forward(self, x):
            x = self.positional_encoding(self.patch_embed(x))
            for layer in self.transformer:
                x = layer(x)
            return self.head(torch.mean(x, dim=1))

    return SimpleNamespace(**locals())


def rnn_2025(torch):
    """The recurrent captioner of 2025 and 2026, functions over tensors."""
    F = torch.nn.functional

    def rnn_step_forward(x, prev_h, Wx, Wh, b):
        return torch.tanh(x.mm(Wx) + prev_h @ Wh + b)

    def rnn_into_a_buffer(x, h0, Wx, Wh, b):
        n, steps, _ = x.shape
        h = torch.zeros(n, steps, h0.shape[1], dtype=x.dtype, device=x.device)
        before = h0
        for t in range(steps):
            before = rnn_step_forward(x[:, t, :], before, Wx, Wh, b)
            h[:, t, :] = before
        return h

    def rnn_stacked(x, h0, Wx, Wh, b):
        states = [h0]
        for step in torch.unbind(x, 1):
            states.append(rnn_step_forward(step, states[-1], Wx, Wh, b))
        return torch.stack(states[1:], dim=1)

    def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
        a = x @ Wx + prev_h @ Wh + b
        size = prev_h.shape[1]
        i, f = torch.sigmoid(a[:, :size]), torch.sigmoid(a[:, size : 2 * size])
        o, g = torch.sigmoid(a[:, 2 * size : 3 * size]), torch.tanh(a[:, 3 * size :])
        c = f * prev_c + i * g
        return o * torch.tanh(c), c

    def temporal_softmax_loss(x, y, mask):
        n, t, v = x.shape
        losses = F.cross_entropy(
            x.reshape(n * t, v), y.reshape(n * t), reduction="none"
        )
        return (losses * mask.reshape(n * t).float()).sum() / n

    def captioning_loss(features, captions, p, rnn=rnn_into_a_buffer):
        words, targets = captions[:, :-1], captions[:, 1:]
        h0 = features @ p["W_proj"] + p["b_proj"]
        h = rnn(p["W_embed"][words], h0, p["Wx"], p["Wh"], p["b"])
        scores = h @ p["W_vocab"] + p["b_vocab"]
        return temporal_softmax_loss(scores, targets, targets != 0)

    return SimpleNamespace(**locals())


def simclr_2021(torch):
    """The contrastive loss, as loops and as one matrix, in several forms."""

    def sim(z_i, z_j):
        norm = torch.linalg.norm
        return torch.dot(z_i, z_j) / (norm(z_i) * norm(z_j))

    def simclr_loss_naive(out_left, out_right, tau):
        n, total_loss = out_left.shape[0], 0
        out = torch.cat([out_left, out_right], dim=0)
        for k in range(n):
            z_k, z_k_n = out[k], out[k + n]
            top = torch.exp(sim(z_k, z_k_n) / tau)
            left = sum(
                torch.exp(sim(z_k, out[i]) / tau) for i in range(2 * n) if i != k
            )
            right = 0.0
            for i in range(2 * n):
                if i != k + n:
                    right += (sim(z_k_n, out[i]) / tau).exp()
            total_loss += -torch.log(top / left) - (top / right).log()
        return total_loss / (2 * n)

    def sim_positive_pairs(out_left, out_right):
        left = out_left / torch.linalg.norm(out_left, dim=1, keepdim=True)
        right = out_right / torch.linalg.norm(out_right, dim=1, keepdims=True)
        return torch.sum(left * right, dim=1, keepdim=True)

    def compute_sim_matrix(out):
        out = out / out.norm(p=2, dim=1, keepdim=True)
        return torch.matmul(out, out.T)

    def simclr_loss_vectorized(out_left, out_right, tau, device="cuda"):
        n = out_left.shape[0]
        out = torch.cat([out_left, out_right], dim=0)
        matrix = compute_sim_matrix(out)
        exponential = torch.exp(matrix / tau)
        mask = (torch.ones_like(exponential) - torch.eye(2 * n, device=device)).bool()
        exponential = exponential.masked_select(mask).view(2 * n, -1)
        denom = torch.sum(exponential, dim=1)
        positive = sim_positive_pairs(out_left, out_right).squeeze()
        numerator = torch.exp(positive / tau).repeat(2)
        return (-torch.log(numerator / denom)).sum() / (2 * n)

    def loss_by_rows(out_left, out_right, tau, device="cpu"):
        n = out_left.shape[0]
        z = torch.concat([out_left, out_right])
        s = compute_sim_matrix(z).exp()
        s = s ** (1 / tau)
        pairs = s[range(2 * n), [*range(n, 2 * n), *range(n)]]
        s.fill_diagonal_(0)
        return torch.mean(-torch.log(pairs / s.sum(dim=1)))

    return SimpleNamespace(**locals())


def diffusion_2025(torch):
    """Schedules, the diffusion model's steps, and a U-Net with guidance."""
    nn, F = torch.nn, torch.nn.functional

    def extract(a, t, x_shape):
        b, *_ = t.shape
        return a.gather(-1, t).reshape(b, *((1,) * (len(x_shape) - 1)))

    def cosine_beta_schedule(timesteps, s=0.008):
        t = torch.linspace(0, timesteps, timesteps + 1, dtype=torch.float64) / timesteps
        bars = torch.cos((t + s) / (1 + s) * math.pi * 0.5) ** 2
        bars = bars / bars[0]
        return torch.clip(1 - bars[1:] / bars[:-1], 0, 0.999)

    def sigmoid_beta_schedule(timesteps, start=-3, end=3, tau=1):
        t = torch.linspace(0, timesteps, timesteps + 1, dtype=torch.float64) / timesteps
        v_start = torch.tensor(start / tau).sigmoid()
        v_end = torch.tensor(end / tau).sigmoid()
        bars = (-((t * (end - start) + start) / tau).sigmoid() + v_end) / (
            v_end - v_start
        )
        bars = bars / bars[0]
        return torch.clip(1 - bars[1:] / bars[:-1], 0, 0.999)

    class GaussianDiffusion(nn.Module):
        def __init__(self, model, *, image_size, timesteps=20, schedule="sigmoid"):
            super().__init__()
            self.model, self.image_size = model, image_size
            make = {"sigmoid": sigmoid_beta_schedule, "cosine": cosine_beta_schedule}
            betas = make[schedule](timesteps)
            self.num_timesteps = int(betas.shape[0])
            alphas = 1.0 - betas
            bars = torch.cumprod(alphas, dim=0)
            before = F.pad(bars[:-1], (1, 0), value=1.0)
            variance = betas * (1.0 - before) / (1.0 - bars)

            def keep(name, value):
                self.register_buffer(name, value.float())

            keep("betas", betas)
            keep("alphas_cumprod", bars)
            keep("sqrt_alphas_cumprod", torch.sqrt(bars))
            keep("sqrt_one_minus_alphas_cumprod", torch.sqrt(1.0 - bars))
            keep("posterior_mean_coef1", betas * torch.sqrt(before) / (1.0 - bars))
            keep("posterior_mean_coef2", (1 - before) * torch.sqrt(alphas) / (1 - bars))
            keep("posterior_std", torch.sqrt(variance.clamp(min=1e-20)))
            snr = bars / (1 - bars)
            keep("loss_weight", torch.ones_like(snr))

        def predict_start_from_noise(self, x_t, t, noise):
            a = extract(self.sqrt_alphas_cumprod, t, x_t.shape)
            b = extract(self.sqrt_one_minus_alphas_cumprod, t, x_t.shape)
            return (x_t - b * noise) / a

        def predict_noise_from_start(self, x_t, t, x_start):
            a = extract(self.sqrt_alphas_cumprod, t, x_t.shape)
            b = extract(self.sqrt_one_minus_alphas_cumprod, t, x_t.shape)
            return (x_t - a * x_start) / b

        def q_sample(self, x_start, t, noise):
            a = extract(self.sqrt_alphas_cumprod, t, x_start.shape)
            b = extract(self.sqrt_one_minus_alphas_cumprod, t, x_start.shape)
            return a * x_start + b * noise

        @torch.no_grad()
        def p_sample(self, x_t, t: int, noise, model_kwargs=None):
            n = x_t.shape[0]
            t = torch.full((n,), t, device=x_t.device, dtype=torch.long)
            x_0 = self.predict_start_from_noise(
                x_t, t, self.model(x_t, t, model_kwargs)
            )
            x_0 = torch.clamp(x_0, -1, 1)
            mean = extract(self.posterior_mean_coef1, t, x_t.shape) * x_0
            mean = mean + extract(self.posterior_mean_coef2, t, x_t.shape) * x_t
            std = extract(self.posterior_std, t, x_t.shape)
            return mean + noise * std if t[0] > 0 else mean

        def p_losses(self, x_start, t, noise, model_kwargs=None):
            x_t = self.q_sample(x_start, t, noise)
            loss = (self.model(x_t, t, model_kwargs) - noise) ** 2
            loss = loss * extract(self.loss_weight, t, loss.shape)
            other = F.mse_loss(
                self.model(x_t, t, model_kwargs), noise, reduction="none"
            )
            return loss.mean() + 0 * other.mean()

    class SinusoidalPosEmb(nn.Module):
        def __init__(self, dim):
            super().__init__()
            self.dim = dim

        def forward(self, x):
            half = self.dim // 2
            rate = math.log(10000) / (half - 1)
            rate = torch.exp(torch.arange(half, device=x.device) * -rate)
            angle = x[:, None] * rate[None, :]
            return torch.cat((angle.sin(), angle.cos()), dim=-1)

    class RMSNorm(nn.Module):
        def __init__(self, dim):
            super().__init__()
            self.scale = dim**0.5
            self.g = nn.Parameter(torch.ones(1, dim, 1, 1))

        def forward(self, x):
            return F.normalize(x, dim=1) * self.g * self.scale

    class Block(nn.Module):
        def __init__(self, dim, dim_out):
            super().__init__()
            self.proj = nn.Conv2d(dim, dim_out, 3, padding=1)
            self.norm, self.act = RMSNorm(dim_out), nn.SiLU()

        def forward(self, x, scale_shift=None):
            x = self.norm(self.proj(x))
            if scale_shift is not None:
                scale, shift = scale_shift
                x = x * (scale + 1) + shift
            return self.act(x)

    class ResnetBlock(nn.Module):
        def __init__(self, dim, dim_out, context_dim):
            super().__init__()
            self.mlp = nn.Sequential(nn.SiLU(), nn.Linear(context_dim, dim_out * 2))
            self.block1, self.block2 = Block(dim, dim_out), Block(dim_out, dim_out)
            same = dim == dim_out
            self.res_conv = nn.Identity() if same else nn.Conv2d(dim, dim_out, 1)

        def forward(self, x, context):
            context = self.mlp(context)[:, :, None, None]
            h = self.block2(self.block1(x, scale_shift=context.chunk(2, dim=1)))
            return h + self.res_conv(x)

    def Downsample(dim, dim_out):
        return nn.Conv2d(dim, dim_out, kernel_size=2, stride=2)

    def Upsample(dim, dim_out):
        return nn.Sequential(
            nn.Upsample(scale_factor=2, mode="bilinear"),
            nn.Conv2d(dim, dim_out, 3, padding=1),
        )

    class Unet(nn.Module):
        def __init__(self, dim, condition_dim, dim_mults=(1, 2), channels=3):
            super().__init__()
            self.init_conv = nn.Conv2d(channels, dim, 3, padding=1)
            self.channels, context = channels, dim * 4
            dims = [dim, *(dim * m for m in dim_mults)]
            pairs = list(itertools.pairwise(dims))
            self.time_mlp = nn.Sequential(
                SinusoidalPosEmb(dim),
                nn.Linear(dim, context),
                nn.GELU(),
                nn.Linear(context, context),
            )
            self.condition_dim = condition_dim
            self.condition_mlp = nn.Sequential(
                nn.Linear(condition_dim, context),
                nn.GELU(),
                nn.Linear(context, context),
            )
            self.downs, self.ups = nn.ModuleList([]), nn.ModuleList([])
            for low, high in pairs:
                block = [ResnetBlock(low, low, context), ResnetBlock(low, low, context)]
                self.downs.append(nn.ModuleList([*block, Downsample(low, high)]))
            self.mid_block1 = ResnetBlock(dims[-1], dims[-1], context)
            self.mid_block2 = ResnetBlock(dims[-1], dims[-1], context)
            for low, high in pairs[::-1]:
                up_block = nn.ModuleList(
                    [
                        Upsample(high, low),
                        ResnetBlock(low * 2, low, context),
                        ResnetBlock(low * 2, low, context),
                    ]
                )
                self.ups.append(up_block)
            self.final_conv = nn.Conv2d(dim, channels, 1)

        def cfg_forward(self, x, time, model_kwargs):
            scale = model_kwargs.pop("cfg_scale")
            free = copy.copy(model_kwargs)
            free["text_emb"] = None
            with_text = self.forward(x, time, model_kwargs)
            return (scale + 1) * with_text - scale * self.forward(x, time, free)

        def forward(self, x, time, model_kwargs=None):
            model_kwargs = model_kwargs or {}
            if "cfg_scale" in model_kwargs:
                return self.cfg_forward(x, time, dict(model_kwargs))
            context = self.time_mlp(time)
            condition = model_kwargs.get("text_emb")
            if condition is None:
                condition = torch.zeros(x.shape[0], self.condition_dim, device=x.device)
            context = context + self.condition_mlp(condition)
            x, kept = self.init_conv(x), []
            for block1, block2, down in self.downs:
                x = block1(x, context)
                kept.append(x)
                x = block2(x, context)
                kept.append(x)
                x = down(x)
            x = self.mid_block2(self.mid_block1(x, context), context)
            for up, block1, block2 in self.ups:
                x = up(x)
                x = block1(torch.cat((x, kept.pop()), dim=1), context)
                x = block2(torch.cat([x, kept.pop()], dim=1), context)
            return self.final_conv(x)

    return SimpleNamespace(**locals())


def gan_2020(torch):
    """Generators, discriminators and losses of 2020 to 2024."""
    nn = torch.nn
    dtype = torch.FloatTensor

    class Flatten(nn.Module):
        def forward(self, x):
            n, *_ = x.size()
            return x.view(n, -1)

    class Unflatten(nn.Module):
        def __init__(self, N=-1, C=128, H=7, W=7):
            super().__init__()
            self.N, self.C, self.H, self.W = N, C, H, W

        def forward(self, x):
            return x.view(self.N, self.C, self.H, self.W)

    def discriminator():
        return nn.Sequential(
            Flatten(),
            nn.Linear(784, 256),
            nn.LeakyReLU(0.01),
            nn.Linear(256, 256),
            nn.LeakyReLU(negative_slope=0.01, inplace=True),
            nn.Linear(256, 1),
        )

    def generator(noise_dim=96):
        layers = [nn.Linear(noise_dim, 1024), nn.ReLU(True), nn.Linear(1024, 1024)]
        return nn.Sequential(*layers, nn.ReLU(), nn.Linear(1024, 784), nn.Tanh())

    def build_dc_classifier():
        return nn.Sequential(
            nn.Unflatten(1, (1, 28, 28)),
            nn.Conv2d(1, 32, 5, stride=1),
            nn.LeakyReLU(0.01, True),
            nn.MaxPool2d(2, stride=2),
            nn.Conv2d(32, 64, 5, stride=1),
            nn.LeakyReLU(),
            nn.MaxPool2d(kernel_size=2, stride=2),
            Flatten(),
            nn.Linear(4 * 4 * 64, 4 * 4 * 64),
            nn.LeakyReLU(0.01),
            nn.Linear(1024, 1),
        )

    def build_dc_generator(noise_dim=96):
        return nn.Sequential(
            nn.Linear(noise_dim, 1024),
            nn.ReLU(),
            nn.BatchNorm1d(1024),
            nn.Linear(1024, 7 * 7 * 128),
            nn.ReLU(),
            nn.BatchNorm1d(7 * 7 * 128),
            Unflatten(),
            nn.ConvTranspose2d(128, 64, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.BatchNorm2d(64),
            nn.ConvTranspose2d(64, 1, 4, 2, 1),
            nn.Tanh(),
            nn.Flatten(),
        )

    def bce_loss(input, target):
        neg_abs = -input.abs()
        return (input.clamp(min=0) - input * target + (1 + neg_abs.exp()).log()).mean()

    def discriminator_loss(logits_real, logits_fake):
        n = logits_real.size()
        real = bce_loss(logits_real, torch.ones(n).type(dtype))
        return real + bce_loss(logits_fake, torch.zeros_like(logits_fake))

    def generator_loss(logits_fake):
        n, _ = logits_fake.shape
        return bce_loss(logits_fake, torch.ones((n, 1)).type(dtype))

    def ls_discriminator_loss(scores_real, scores_fake):
        real = 0.5 * torch.mean((scores_real - 1) ** 2)
        return real + scores_fake.pow(2).mean() / 2

    def ls_generator_loss(scores_fake):
        return (
            torch.mean(torch.pow(scores_fake - torch.ones_like(scores_fake), 2)) * 0.5
        )

    def get_optimizer(model):
        return torch.optim.Adam(model.parameters(), lr=1e-3, betas=(0.5, 0.999))

    def sample_noise(batch_size, dim, seed=None):
        if seed is not None:
            torch.manual_seed(seed)
        return torch.rand(batch_size, dim) * 2 - 1

    return SimpleNamespace(**locals())


def pictures_2020(torch):
    """Saliency, fooling, class pictures and style."""
    nn, F = torch.nn, torch.nn.functional

    def net():
        return nn.Sequential(
            nn.Conv2d(3, 5, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(180, 4)
        )

    def compute_saliency_maps(X, y, model):
        model.eval()
        X.requires_grad_()
        scores = model(X).gather(1, y.view(-1, 1)).squeeze()
        scores.backward(torch.ones_like(scores))
        saliency, _ = torch.max(X.grad.abs(), dim=1)
        return saliency.data

    def saliency_by_loss(X, y, model):
        X.requires_grad_()
        loss = F.cross_entropy(model(X), y)
        loss.backward()
        return X.grad.data.abs().max(dim=1)[0]

    def make_fooling_image(X, target_y, model, turns=30):
        X_fooling = X.clone().requires_grad_()
        for turn in range(turns):
            scores = model(X_fooling)
            if turn % 10 == 9 and scores.data.max(1)[1][0].item() == target_y:
                break
            scores[0, target_y].backward()
            with torch.no_grad():
                X_fooling += 1.0 * X_fooling.grad / torch.norm(X_fooling.grad)
                X_fooling.grad.zero_()
        return X_fooling

    def class_visualization_update_step(img, model, target_y, l2_reg, learning_rate):
        score = model(img)[:, target_y] - l2_reg * torch.sum(img * img)
        score.backward()
        g = img.grad.data
        g /= g.norm()
        img.data += learning_rate * g
        img.grad.data.zero_()

    def content_loss(content_weight, current, original):
        return content_weight * torch.sum((current - original) ** 2)

    def gram_matrix(features, normalize=True):
        n, c, h, w = features.shape
        flat = features.view(n, c, -1)
        gram = torch.bmm(flat, flat.transpose(1, 2))
        if normalize:
            gram /= h * w * c
        return gram

    def gram_by_rows(features, normalize=True):
        n, c, h, w = features.size()
        gram = torch.zeros(n, c, c, dtype=features.dtype)
        for i in range(n):
            flat = features[i, :, :].view(c, h * w)
            gram[i] = torch.mm(flat, flat.t())
        return gram.div(c * h * w) if normalize else gram

    def style_loss(feats, style_layers, style_targets, style_weights):
        loss = torch.tensor(0.0, dtype=feats[0].dtype)
        for i, layer in enumerate(style_layers):
            gap = gram_matrix(feats[layer]) - style_targets[i]
            loss += style_weights[i] * torch.sum(gap**2)
        return loss

    def tv_loss(img, tv_weight):
        down = torch.sum((img[:, :, 1:, :] - img[:, :, :-1, :]) ** 2)
        across = ((img[:, :, :, 1:] - img[:, :, :, :-1]) ** 2).sum()
        return tv_weight * (down + across)

    return SimpleNamespace(**locals())


def clip_2025(torch):
    """Similarities, zero-shot classes, retrieval, and a segmentation head."""
    nn, F = torch.nn, torch.nn.functional

    def get_similarity_no_loop(text_features, image_features):
        text = text_features / text_features.norm(dim=-1, keepdim=True)
        image = F.normalize(image_features, dim=1)
        return text @ image.T

    def by_cosine(text_features, image_features):
        return F.cosine_similarity(text_features[:, None], image_features[None], dim=-1)

    def zero_shot(text_features, image_features):
        similar = get_similarity_no_loop(text_features, image_features)
        return torch.argmax(similar, axis=0).tolist()

    def retrieve(query, image_features, k=2):
        similar = get_similarity_no_loop(query.unsqueeze(0), image_features).squeeze(0)
        best = similar.topk(k).indices.cpu().numpy()
        order = torch.argsort(similar, descending=True)[:k]
        return [*best.tolist(), *order.tolist()]

    def segmentation(inp_dim, num_classes):
        head = nn.Sequential(
            nn.Linear(inp_dim, 16),
            nn.LayerNorm(16),
            nn.GELU(),
            nn.Linear(16, num_classes),
        )
        rule = torch.optim.AdamW(head.parameters(), lr=1e-2, weight_decay=0.1)
        return head, rule, nn.CrossEntropyLoss()

    return SimpleNamespace(**locals())
