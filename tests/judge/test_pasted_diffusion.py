"""The course's whole class of a diffusion, where a cell asks for one method."""

from dataclasses import replace

import pytest

from grading.authoring.exam_from_notebook import exam_of
from grading.authoring.trial import Trial, visible
from grading.judge.judge import judge
from grading.judge.preload import Rooms
from grading.sandbox.limits import Limits

NOTEBOOK = "assignment3/diffusion"
#: Each asks for methods of the class.
CELLS = ("df-q-sample", "df-predict", "df-losses", "df-p-sample")
#: Points, by the number of cells that hold the class.
POINTS = {4: 11, 1: 3}
WHOLE = """
def extract(a, t, x_shape):
    b, *_ = t.shape
    return a.gather(-1, t).reshape(b, *((1,) * (len(x_shape) - 1)))


class GaussianDiffusion(nn.Module):
    def __init__(
        self,
        model,
        *,
        image_size,
        timesteps=1000,
        objective="pred_noise",
        beta_schedule="sigmoid",
    ):
        super().__init__()
        self.model = model
        self.image_size = image_size
        self.objective = objective
        ends = torch.linspace(0, 1, timesteps + 1, dtype=torch.float64)
        if beta_schedule == "cosine":
            left = torch.cos((ends + 0.008) / 1.008 * math.pi * 0.5) ** 2
        else:
            left = (3 - 6 * ends).sigmoid() - torch.tensor(-3.0).sigmoid()
        left = left / left[0]
        betas = torch.clip(1 - left[1:] / left[:-1], 0, 0.999)
        alphas = 1.0 - betas
        alphas_cumprod = torch.cumprod(alphas, dim=0)
        previous = F.pad(alphas_cumprod[:-1], (1, 0), value=1.0)
        self.num_timesteps = int(betas.shape[0])

        def keep(name, table):
            self.register_buffer(name, table.to(torch.float32))

        keep("betas", betas)
        keep("alphas_cumprod", alphas_cumprod)
        keep("sqrt_alphas_cumprod", torch.sqrt(alphas_cumprod))
        keep("sqrt_one_minus_alphas_cumprod", torch.sqrt(1.0 - alphas_cumprod))
        rest = 1.0 - alphas_cumprod
        keep("posterior_mean_coef1", betas * torch.sqrt(previous) / rest)
        keep("posterior_mean_coef2", (1.0 - previous) * torch.sqrt(alphas) / rest)
        variance = betas * (1.0 - previous) / rest
        keep("posterior_std", torch.sqrt(torch.clamp(variance, min=1e-20)))
        snr = alphas_cumprod / rest
        keep("loss_weight", torch.ones_like(snr) if objective == "pred_noise" else snr)

    def normalize(self, img):
        return img * 2 - 1

    def unnormalize(self, img):
        return (img + 1) * 0.5

    def predict_start_from_noise(self, x_t, t, noise):
        near = extract(self.sqrt_alphas_cumprod, t, x_t.shape)
        far = extract(self.sqrt_one_minus_alphas_cumprod, t, x_t.shape)
        return (x_t - far * noise) / near

    def predict_noise_from_start(self, x_t, t, x_start):
        near = extract(self.sqrt_alphas_cumprod, t, x_t.shape)
        far = extract(self.sqrt_one_minus_alphas_cumprod, t, x_t.shape)
        return (x_t - near * x_start) / far

    def q_posterior(self, x_start, x_t, t):
        mean = extract(self.posterior_mean_coef1, t, x_t.shape) * x_start
        mean = mean + extract(self.posterior_mean_coef2, t, x_t.shape) * x_t
        return mean, extract(self.posterior_std, t, x_t.shape)

    @torch.no_grad()
    def p_sample(self, x_t, t: int, model_kwargs={}):
        t = torch.full((x_t.shape[0],), t, device=x_t.device, dtype=torch.long)
        found = self.model(x_t, t, model_kwargs)
        if self.objective == "pred_noise":
            found = self.predict_start_from_noise(x_t, t, found)
        mean, std = self.q_posterior(found.clamp(-1.0, 1.0), x_t, t)
        noise = torch.randn_like(x_t) if t[0] > 0 else 0.0
        return mean + std * noise

    @torch.no_grad()
    def sample(self, batch_size=16, return_all_timesteps=False, model_kwargs={}):
        side = self.image_size
        img = torch.randn((batch_size, 3, side, side), device=self.betas.device)
        imgs = [img]
        for t in reversed(range(self.num_timesteps)):
            img = self.p_sample(img, t, model_kwargs=model_kwargs)
            imgs.append(img)
        res = torch.stack(imgs, dim=1) if return_all_timesteps else img
        return self.unnormalize(res)

    def q_sample(self, x_start, t, noise):
        near = extract(self.sqrt_alphas_cumprod, t, x_start.shape)
        far = extract(self.sqrt_one_minus_alphas_cumprod, t, x_start.shape)
        return near * x_start + far * noise

    def p_losses(self, x_start, model_kwargs={}):
        b = x_start.shape[0]
        t = torch.randint(0, self.num_timesteps, (b,), device=x_start.device).long()
        x_start = self.normalize(x_start)
        noise = torch.randn_like(x_start)
        target = noise if self.objective == "pred_noise" else x_start
        x_t = self.q_sample(x_start, t, noise)
        model_out = self.model(x_t, t, model_kwargs)
        loss = F.mse_loss(model_out, target, reduction="none")
        loss = loss * extract(self.loss_weight, t, loss.shape)
        return loss.mean()
"""


@pytest.fixture(scope="module")
def exam():
    return visible(exam_of(NOTEBOOK))


@pytest.mark.parametrize("cell", CELLS)
def test_the_whole_class_passes_in_any_of_the_cells(exam, cell):
    trial = Trial(exam)
    tests = [c for c in exam.of_kind("test") if c.name.removeprefix("test-") in CELLS]
    (answer,) = (c for c in exam.of_kind("answer") if c.name == cell)
    with trial.instead(answer, WHOLE):
        found = {test.name: trial.test(test) for test in tests}
    assert len(found) == len(CELLS)
    assert all(one.passed for one in found.values()), found


@pytest.mark.slow
def test_the_judge_gives_the_whole_class_all_points(isolated, exam):
    kept = [c for c in exam.cells if c.kind == "setup"]
    kept += [c for c in exam.cells if c.name.removeprefix("test-") in CELLS]
    part = replace(exam, cells=tuple(kept))
    with Rooms([part]) as rooms:
        for answers in ({name: WHOLE for name in CELLS}, {CELLS[-1]: WHOLE}):
            verdict, _ = judge(part, answers, Limits(call_seconds=20), rooms)
            earned = {o.name: o.score for o in verdict.outcomes}
            assert sum(earned.values()) == POINTS[len(answers)], verdict
