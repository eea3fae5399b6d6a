# What goes wrong in clip, and what else is right. A `mistake` is a plausible fault, with the
# sentence that would help its author: a patch of the solution, or of the whole answer that
# `of` names by the beginning of its `why`. A `style` is a correct answer written
# differently. tests/authoring/test_check_tests.py grades them all.

# %% mistake="clip-similarity" why="Nothing is divided by the lengths: these are dot products."
- similarity = (text_features / text_length) @ (image_features / image_length).T
+ similarity = text_features @ image_features.T

# %% mistake="clip-similarity" why="Only the texts have length 1; divide the pictures too."
- similarity = (text_features / text_length) @ (image_features / image_length).T
+ similarity = (text_features / text_length) @ image_features.T

# %% mistake="clip-similarity" why="Only the pictures have length 1; divide the texts too."
- similarity = (text_features / text_length) @ (image_features / image_length).T
+ similarity = text_features @ (image_features / image_length).T

# %% mistake="clip-similarity" why="The vectors are divided by their squared lengths."
- text_length = (text_features**2).sum(1)[:, None] ** 0.5
- image_length = (image_features**2).sum(1)[:, None] ** 0.5
+ text_length = (text_features**2).sum(1)[:, None]
+ image_length = (image_features**2).sum(1)[:, None]

# %% mistake="clip-similarity" why="Pictures are rows; texts should be."
- similarity = (text_features / text_length) @ (image_features / image_length).T
+ similarity = (image_features / image_length) @ (text_features / text_length).T

# %% mistake="clip-similarity" why="The vectors are divided by sums of absolute values, not by lengths."
- text_length = (text_features**2).sum(1)[:, None] ** 0.5
- image_length = (image_features**2).sum(1)[:, None] ** 0.5
+ text_length = abs(text_features).sum(1)[:, None]
+ image_length = abs(image_features).sum(1)[:, None]

# %% mistake="clip-similarity" why="All vectors are divided by one length, that of the whole array."
- text_length = (text_features**2).sum(1)[:, None] ** 0.5
- image_length = (image_features**2).sum(1)[:, None] ** 0.5
+ text_length = (text_features**2).sum() ** 0.5
+ image_length = (image_features**2).sum() ** 0.5

# %% mistake="clip-similarity" why="A loop runs over the texts."
- similarity = (text_features / text_length) @ (image_features / image_length).T
+ rows = []
+ for text in text_features / text_length:
+     rows.append((image_features / image_length) @ text)
+ similarity = np.stack(rows)

# %% style="clip-similarity" why="As on PyTorch: norm and keepdim."
def get_similarity_no_loop(text_features, image_features):
    text_features = text_features / text_features.norm(dim=-1, keepdim=True)
    image_features = image_features / image_features.norm(dim=-1, keepdim=True)
    return torch.matmul(text_features, image_features.T)

# %% style="clip-similarity" why="F.normalize."
def get_similarity_no_loop(text_features, image_features):
    with torch.no_grad():
        return F.normalize(text_features, dim=1) @ F.normalize(image_features, dim=1).t()

# %% style="clip-similarity" why="Products first, lengths by einsum, one division."
def get_similarity_no_loop(text_features, image_features):
    products = text_features @ image_features.T
    text = np.sqrt(np.einsum("nd,nd->n", text_features, text_features))
    image = np.sqrt(np.einsum("nd,nd->n", image_features, image_features))
    return products / np.outer(text, image)

# %% mistake="clip-loss" why="Only the pictures choose; let the captions choose among pictures too."
- loss = -(np.trace(rows) + np.trace(columns)) / (2 * n)
- dlogits = (np.exp(rows) + np.exp(columns)) / 2
+ loss = -np.trace(rows) / n
+ dlogits = np.exp(rows)

# %% mistake="clip-loss" why="Only the captions choose; let the pictures choose among captions too."
- loss = -(np.trace(rows) + np.trace(columns)) / (2 * n)
- dlogits = (np.exp(rows) + np.exp(columns)) / 2
+ loss = -np.trace(columns) / n
+ dlogits = np.exp(columns)

# %% mistake="clip-loss" why="The two cross-entropies are added; the loss is their mean."
- loss = -(np.trace(rows) + np.trace(columns)) / (2 * n)
+ loss = -(np.trace(rows) + np.trace(columns)) / n

# %% mistake="clip-loss" why="The loss is a sum over the pairs, not a mean."
- loss = -(np.trace(rows) + np.trace(columns)) / (2 * n)
+ loss = -(np.trace(rows) + np.trace(columns)) / 2

# %% mistake="clip-loss" why="The factor is missing: logits are similarities times scale."
- logits = similarity * scale
+ logits = similarity

# %% mistake="clip-loss" why="The similarities are divided by the factor; multiply."
- logits = similarity * scale
+ logits = similarity / scale

# %% mistake="clip-loss" why="np.exp of a large logit overflows: subtract the largest logit first."
- shifted = logits - logits.max(axis=axis, keepdims=True)
+ shifted = logits

# %% mistake="clip-loss" why="Take the vectors as they are: do not divide them by their lengths."
- n, similarity = len(zi), zi @ zt.T
+ zi = zi / np.sqrt((zi**2).sum(axis=1, keepdims=True))
+ zt = zt / np.sqrt((zt**2).sum(axis=1, keepdims=True))
+ n, similarity = len(zi), zi @ zt.T

# %% mistake="clip-loss" why="The factor is missing: it multiplies the gradient of the similarities."
- dzi = scale * (dlogits @ zt)
- dzt = scale * (dlogits.T @ zi)
+ dzi = dlogits @ zt
+ dzt = dlogits.T @ zi

# %% mistake="clip-loss" why="The gradient is not divided by the number of pairs."
- dlogits /= n
+ dlogits /= 1

# %% mistake="clip-loss" why="Only the rows send a gradient; add that of the columns."
- dlogits = (np.exp(rows) + np.exp(columns)) / 2
+ dlogits = np.exp(rows)

# %% mistake="clip-loss" why="Both directions are added, not averaged."
- dlogits /= n
+ dlogits *= 2 / n

# %% mistake="clip-loss" why="The gradient has the wrong sign."
- dlogits /= n
+ dlogits /= -n

# %% mistake="clip-loss" why="The table is transposed in the product."
- dzi = scale * (dlogits @ zt)
+ dzi = scale * (dlogits.T @ zt)

# %% mistake="clip-loss" why="dzt needs the transposed table and zi."
- dzt = scale * (dlogits.T @ zi)
+ dzt = scale * (dlogits @ zi)

# %% mistake="clip-loss" why="The logits take the place of the similarities, so it is too large by the factor."
- dscale = (dlogits * similarity).sum()
+ dscale = (dlogits * logits).sum()

# %% mistake="clip-loss" why="Only the diagonal is summed; the whole table depends on the factor."
- dscale = (dlogits * similarity).sum()
+ dscale = np.trace(dlogits * similarity)

# %% mistake="clip-loss" why="It is averaged over the table; add the entries."
- dscale = (dlogits * similarity).sum()
+ dscale = (dlogits * similarity).mean()

# %% style="clip-loss" why="A cross-entropy of rows as a helper, called for both tables."
def cross_entropy(S):
    n = S.shape[0]
    p = np.exp(S - S.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    shifted = S - S.max(axis=1, keepdims=True)
    loss = np.mean(np.log(np.exp(shifted).sum(axis=1)) - np.diag(shifted))
    return loss, (p - np.eye(n, dtype=S.dtype)) / n

def clip_loss(zi, zt, scale):
    C = zi @ zt.T
    li, gi = cross_entropy(scale * C)
    lt, gt = cross_entropy(scale * C.T)
    G = 0.5 * (gi + gt.T)
    return (li + lt) / 2, scale * G @ zt, scale * G.T @ zi, np.sum(G * C)

# %% style="clip-loss" why="Loops over pairs, in plain sums."
def clip_loss(zi, zt, scale):
    n = len(zi)
    S = np.zeros((n, n), zi.dtype)
    for i in range(n):
        for j in range(n):
            S[i, j] = scale * np.sum(zi[i] * zt[j])
    loss, G = 0.0, np.zeros_like(S)
    for i in range(n):
        for line in (S[i], S[:, i]):
            top = line.max()
            loss += (top + np.log(np.exp(line - top).sum()) - S[i, i]) / (2 * n)
        G[i] += np.exp(S[i] - S[i].max()) / np.exp(S[i] - S[i].max()).sum() / (2 * n)
        G[:, i] += np.exp(S[:, i] - S[:, i].max()) / np.exp(S[:, i] - S[:, i].max()).sum() / (2 * n)
        G[i, i] -= 1 / n
    dzi, dzt, dscale = np.zeros_like(zi), np.zeros_like(zt), 0.0
    for i in range(n):
        for j in range(n):
            dzi[i] += scale * G[i, j] * zt[j]
            dzt[j] += scale * G[i, j] * zi[i]
            dscale += G[i, j] * S[i, j] / scale
    return loss, dzi, dzt, dscale

# %% style="clip-loss" why="Einsum, and np.logaddexp for both normalisers."
def clip_loss(zi, zt, scale):
    cosine = np.einsum("id,jd->ij", zi, zt)
    S = cosine * scale
    by_row = np.logaddexp.reduce(S, axis=1)
    by_column = np.logaddexp.reduce(S, axis=0)
    loss = 0.5 * np.mean(by_row) + 0.5 * np.mean(by_column) - np.mean(np.diag(S))
    G = 0.5 * np.exp(S - by_row[:, None]) + 0.5 * np.exp(S - by_column)
    G = (G - np.eye(len(S), dtype=S.dtype)) / len(S)
    return (
        loss,
        np.einsum("ij,jd->id", G, zt) * scale,
        np.einsum("ij,id->jd", G, zi) * scale,
        np.vdot(G, cosine),
    )

# %% mistake="clip-zero-shot" why="The prompts are averaged before they have length 1; the long one decides."
- units = prompt_features / np.sqrt((prompt_features**2).sum(axis=-1, keepdims=True))
+ units = prompt_features

# %% mistake="clip-zero-shot" why="The means do not have length 1, so a class whose prompts agree wins."
- means = means / np.sqrt((means**2).sum(axis=-1, keepdims=True))
- classes = (image_features @ means.T).argmax(axis=1)
+ classes = (image_features @ means.T).argmax(axis=1)

# %% mistake="clip-zero-shot" why="Only the first prompt of each class is used."
- means = units.mean(axis=1)
+ means = units[:, 0]

# %% mistake="clip-zero-shot" why="The class with the smallest cosine is returned."
- classes = (image_features @ means.T).argmax(axis=1)
+ classes = (image_features @ means.T).argmin(axis=1)

# %% mistake="clip-zero-shot" why="The smaller of equal classes counts."
- classes = (image_features @ means.T).argmax(axis=1)
+ classes = len(means) - 1 - (image_features @ means.T)[:, ::-1].argmax(axis=1)

# %% mistake="clip-zero-shot" why="The largest is taken over the pictures, not over the classes."
- classes = (image_features @ means.T).argmax(axis=1)
+ classes = (image_features @ means.T).argmax(axis=0)

# %% style="clip-zero-shot" why="np.linalg.norm and einsum."
def zero_shot(image_features, prompt_features):
    p = prompt_features / np.linalg.norm(prompt_features, axis=2, keepdims=True)
    w = p.sum(1)
    w /= np.linalg.norm(w, axis=1, keepdims=True)
    return np.argmax(np.einsum("nd,cd->nc", image_features, w), axis=1)

# %% style="clip-zero-shot" why="Loops over pictures and classes."
def zero_shot(image_features, prompt_features):
    found = []
    for z in image_features:
        scores = []
        for prompts in prompt_features:
            mean = sum(p / np.sqrt(p @ p) for p in prompts)
            scores.append(z @ mean / np.sqrt(mean @ mean) / np.sqrt(z @ z))
        found.append(int(np.argmax(scores)))
    return np.array(found)

# %% style="clip-zero-shot" why="With the similarity of section 1, pictures as rows."
def unit(x):
    return x / np.sqrt(np.square(x).sum(axis=-1))[..., None]

def zero_shot(image_features, prompt_features):
    weights = unit(unit(prompt_features).mean(axis=1))
    logits = 100.0 * unit(image_features) @ weights.T
    return logits.argmax(axis=-1)

# %% mistake="clip-classifier" why="The texts with the largest dot products are returned; compare cosines."
- similarity = get_similarity_no_loop(text_features, image_features)
+ similarity = text_features @ image_features.T

# %% mistake="clip-classifier" why="Return texts, not numbers: the entries of class_texts."
- pred_classes = [class_texts[int(i)] for i in similarity.argmax(0)]
+ pred_classes = [int(i) for i in similarity.argmax(0)]

# %% mistake="clip-classifier" why="The largest is taken along pictures: that gives one for each text."
- pred_classes = [class_texts[int(i)] for i in similarity.argmax(0)]
+ pred_classes = [class_texts[int(i) % len(class_texts)] for i in similarity.argmax(1)]

# %% mistake="clip-classifier" why="The text with the smallest cosine is returned."
- pred_classes = [class_texts[int(i)] for i in similarity.argmax(0)]
+ pred_classes = [class_texts[int(i)] for i in similarity.argmin(0)]

# %% mistake="clip-classifier" why="All pictures get the class of the first."
- pred_classes = [class_texts[int(i)] for i in similarity.argmax(0)]
+ pred_classes = [class_texts[int(similarity.argmax(0)[0])] for _ in images]

# %% mistake="clip-classifier" why="The list is built and not returned."
- pred_classes = [class_texts[int(i)] for i in similarity.argmax(0)]
+ pred_classes = None

# %% style="clip-classifier" why="As on the course's pages: normalised features, picture by picture."
def clip_zero_shot_classifier(clip_model, clip_preprocess, images, class_texts, device):
    pred_classes = []
    text_inputs = clip.tokenize(class_texts).to(device)
    with torch.no_grad():
        text_features = clip_model.encode_text(text_inputs)
        text_features = text_features / text_features.norm(dim=-1, keepdim=True)
        for image in images:
            image_input = clip_preprocess(Image.fromarray(image)).unsqueeze(0).to(device)
            image_features = clip_model.encode_image(image_input)
            image_features = image_features / image_features.norm(dim=-1, keepdim=True)
            similarity = (100.0 * image_features @ text_features.T).softmax(dim=-1)
            pred_classes.append(class_texts[similarity[0].argmax().item()])
    return pred_classes

# %% style="clip-classifier" why="Arrays after the encoders."
def clip_zero_shot_classifier(clip_model, clip_preprocess, images, class_texts, device):
    x = torch.stack([clip_preprocess(im) for im in images]).to(device)
    zi = clip_model.encode_image(x).detach().cpu().numpy()
    zt = clip_model.encode_text(clip.tokenize(class_texts).to(device)).detach().cpu().numpy()
    zi = zi / np.sqrt((zi * zi).sum(1, keepdims=True))
    zt = zt / np.sqrt((zt * zt).sum(1, keepdims=True))
    return [class_texts[i] for i in (zi @ zt.T).argmax(axis=1)]

# %% style="clip-classifier" why="topk of the similarities, pictures as rows."
def clip_zero_shot_classifier(clip_model, clip_preprocess, images, class_texts, device):
    with torch.no_grad():
        batch = torch.cat([clip_preprocess(image)[None] for image in images]).to(device)
        a = F.normalize(clip_model.encode_image(batch), dim=1)
        b = F.normalize(clip_model.encode_text(clip.tokenize(class_texts).to(device)), dim=1)
        best = torch.topk(a @ b.T, 1, dim=1)[1]
    return [class_texts[int(row[0])] for row in best]

# %% mistake="clip-retrieve" why="The order is that of dot products; use cosines."
- similarity = get_similarity_no_loop(query_features, gallery_features)
+ similarity = query_features @ gallery_features.T

# %% mistake="clip-retrieve" why="The smallest cosines come first."
- found = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
+ found = np.argsort(similarity, axis=1, kind="stable")[:, :k]

# %% mistake="clip-retrieve" why="Equal ones come in reversed order: sort stably by the negated cosine."
- found = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
+ found = np.argsort(similarity, axis=1, kind="stable")[:, ::-1][:, :k]

# %% mistake="clip-retrieve" why="These are the k nearest in rising order; the nearest comes first."
- found = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
+ found = np.argsort(similarity, axis=1, kind="stable")[:, -k:]

# %% mistake="clip-retrieve" why="The whole order is returned, not the first k."
- found = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
+ found = np.argsort(-similarity, axis=1, kind="stable")

# %% mistake="clip-retrieve" why="Queries are sorted for each of the gallery, not the gallery for each query."
- found = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
+ found = np.argsort(-similarity, axis=0, kind="stable")[:, :k]

# %% style="clip-retrieve" why="Normalised here, sorted row by row."
def retrieve(query_features, gallery_features, k):
    q = query_features / np.linalg.norm(query_features, axis=1, keepdims=True)
    g = gallery_features / np.linalg.norm(gallery_features, axis=1, keepdims=True)
    return np.stack([np.argsort(-row, kind="stable")[:k] for row in q @ g.T])

# %% style="clip-retrieve" why="Pure Python's sort, which is stable."
def retrieve(query_features, gallery_features, k):
    g = gallery_features / np.sqrt((gallery_features**2).sum(1))[:, None]
    found = []
    for q in query_features:
        values = (g @ q).tolist()
        found.append(sorted(range(len(g)), key=lambda j: -values[j])[:k])
    return np.array(found)

# %% style="clip-retrieve" why="np.lexsort by cosine and index."
def retrieve(query_features, gallery_features, k):
    lengths = np.sqrt(np.einsum("md,md->m", gallery_features, gallery_features))
    scores = query_features @ gallery_features.T / lengths
    places = np.broadcast_to(np.arange(len(gallery_features)), scores.shape)
    return np.lexsort((places, -scores), axis=1)[:, :k]

# %% mistake="clip-retriever" why="The pictures with the largest dot products are returned; compare cosines."
- similarity = get_similarity_no_loop(text, self.features)[0]
+ similarity = (text @ self.features.T)[0]

# %% mistake="clip-retriever" why="The farthest come first."
- top_indices = [int(i) for i in (-similarity).argsort()[:k]]
+ top_indices = [int(i) for i in similarity.argsort()[:k]]

# %% mistake="clip-retriever" why="The nearest comes last."
- top_indices = [int(i) for i in (-similarity).argsort()[:k]]
+ top_indices = [int(i) for i in similarity.argsort()[-k:]]

# %% mistake="clip-retriever" why="Always two pictures, whatever k."
- top_indices = [int(i) for i in (-similarity).argsort()[:k]]
+ top_indices = [int(i) for i in (-similarity).argsort()[:2]]

# %% mistake="clip-retriever" why="Only one picture is returned, as a number."
- top_indices = [int(i) for i in (-similarity).argsort()[:k]]
+ top_indices = int(similarity.argmax())

# %% mistake="clip-retriever" why="Two retrievers share their pictures: keep them in self."
- self.features = clip_model.encode_image(batch.to(device))
+ type(self).features = clip_model.encode_image(batch.to(device))

# %% style="clip-retriever" why="Normalised features kept, topk of a product."
class CLIPImageRetriever:
    @torch.no_grad()
    def __init__(self, clip_model, clip_preprocess, images, device):
        inputs = torch.stack([clip_preprocess(Image.fromarray(img)) for img in images]).to(device)
        features = clip_model.encode_image(inputs)
        self.image_features = features / features.norm(dim=-1, keepdim=True)
        self.clip_model = clip_model
        self.device = device

    @torch.no_grad()
    def retrieve(self, query, k=2):
        tokens = clip.tokenize([query]).to(self.device)
        text = self.clip_model.encode_text(tokens)
        text = text / text.norm(dim=-1, keepdim=True)
        similarity = (self.image_features @ text.T).squeeze(1)
        return similarity.topk(k)[1].tolist()

# %% style="clip-retriever" why="Returns a tensor of indices."
class CLIPImageRetriever:
    def __init__(self, clip_model, clip_preprocess, images, device):
        self.model = clip_model
        self.device = device
        self.rows = []
        with torch.no_grad():
            for image in images:
                z = clip_model.encode_image(clip_preprocess(image)[None].to(device))
                self.rows.append(F.normalize(z, dim=1))
        self.rows = torch.cat(self.rows, dim=0)

    def retrieve(self, query, k=2):
        with torch.no_grad():
            z = F.normalize(self.model.encode_text(clip.tokenize(query).to(self.device)), dim=1)
            return torch.argsort(-(z @ self.rows.T)[0])[:k]

# %% style="clip-retriever" why="NumPy after the encoders."
class CLIPImageRetriever:
    def __init__(self, clip_model, clip_preprocess, images, device):
        batch = torch.stack([clip_preprocess(image) for image in images]).to(device)
        features = clip_model.encode_image(batch).detach().cpu().numpy()
        self.gallery = features / np.sqrt((features**2).sum(axis=1, keepdims=True))
        self.encode, self.device = clip_model.encode_text, device

    def retrieve(self, query, k=2):
        z = self.encode(clip.tokenize([query]).to(self.device)).detach().cpu().numpy()
        return np.argsort(-(self.gallery @ z[0]))[:k].tolist()

# %% mistake="clip-iou" why="Classes that occur nowhere count as 0; leave them out."
- if union:
-     scores.append(((pred == c) & (gt == c)).sum() / union)
+ scores.append(((pred == c) & (gt == c)).sum() / max(union, 1))

# %% mistake="clip-iou" why="Classes that occur nowhere count as 1; leave them out."
- if union:
-     scores.append(((pred == c) & (gt == c)).sum() / union)
+ scores.append(((pred == c) & (gt == c)).sum() / union if union else 1.0)

# %% mistake="clip-iou" why="A class that is only guessed or only true has to count, with IoU 0."
- if union:
+ if ((pred == c) & (gt == c)).any():

# %% mistake="clip-iou" why="This is the accuracy: the share of right labels."
- score = float(np.mean(scores))
+ score = float(np.mean(pred == gt))

# %% mistake="clip-iou" why="The intersection is divided by the sum of both areas, not by the union."
- scores.append(((pred == c) & (gt == c)).sum() / union)
+ scores.append(((pred == c) & (gt == c)).sum() / ((pred == c).sum() + (gt == c).sum()))

# %% mistake="clip-iou" why="This is twice the intersection over the sum of both areas (Dice), not IoU."
- scores.append(((pred == c) & (gt == c)).sum() / union)
+ scores.append(2 * ((pred == c) & (gt == c)).sum() / ((pred == c).sum() + (gt == c).sum()))

# %% mistake="clip-iou" why="Class 0 is left out; the background is a class like the others."
- for c in range(num_classes):
+ for c in range(1, num_classes):

# %% style="clip-iou" why="A confusion matrix by bincount."
def mean_iou(pred, gt, num_classes):
    both = np.bincount(num_classes * gt.ravel() + pred.ravel(), minlength=num_classes**2)
    table = both.reshape(num_classes, num_classes)
    union = table.sum(0) + table.sum(1) - np.diag(table)
    return np.mean(np.diag(table)[union > 0] / union[union > 0])

# %% style="clip-iou" why="One-hot arrays, all classes at once."
def mean_iou(pred, gt, num_classes):
    a = np.ravel(pred)[None] == np.arange(num_classes)[:, None]
    b = np.ravel(gt)[None] == np.arange(num_classes)[:, None]
    inter, union = (a & b).sum(axis=1), (a | b).sum(axis=1)
    known = union > 0
    return float((inter[known] / union[known]).mean())

# %% style="clip-iou" why="Sets of positions, in plain Python."
def mean_iou(pred, gt, num_classes):
    p, g, total, count = pred.ravel().tolist(), gt.ravel().tolist(), 0.0, 0
    for c in range(num_classes):
        a = {i for i, label in enumerate(p) if label == c}
        b = {i for i, label in enumerate(g) if label == c}
        if a | b:
            total += len(a & b) / len(a | b)
            count += 1
    return total / count

# %% mistake="clip-segment" why="No step is taken: the layer stays as it was drawn."
- loss.backward()
- self.rule.step()
+ loss.backward()

# %% mistake="clip-segment" why="Scores are returned, not classes."
- pred_classes = self.layer(X_test.to(self.device)).argmax(dim=1)
+ pred_classes = self.layer(X_test.to(self.device))

# %% mistake="clip-segment" why="The largest is taken over the patches, not over the classes."
- pred_classes = self.layer(X_test.to(self.device)).argmax(dim=1)
+ pred_classes = self.layer(X_test.to(self.device)).argmax(dim=0)

# %% mistake="clip-segment" why="The class with the smallest score is returned."
- pred_classes = self.layer(X_test.to(self.device)).argmax(dim=1)
+ pred_classes = self.layer(X_test.to(self.device)).argmin(dim=1)

# %% mistake="clip-segment" why="The learning rate is far too small for so few steps."
- self.rule = optim.Adam(self.layer.parameters(), lr=0.03, weight_decay=1e-3)
+ self.rule = optim.Adam(self.layer.parameters(), lr=1e-6, weight_decay=1e-3)

# %% mistake="clip-segment" why="Softmax is applied twice: cross_entropy takes scores."
- loss = F.cross_entropy(self.layer(X), y)
+ loss = F.cross_entropy(F.softmax(self.layer(X), dim=1), y)

# %% style="clip-segment" why="A CrossEntropyLoss, AdamW, kept in a Sequential."
class DINOSegmentation:
    def __init__(self, device, num_classes, inp_dim=384):
        self.model = nn.Sequential(nn.Linear(inp_dim, num_classes)).to(device)
        self.device = device
        self.criterion = nn.CrossEntropyLoss()
        self.optimizer = optim.AdamW(self.model.parameters(), lr=5e-2)

    def train(self, X_train, Y_train, num_iters=500):
        X_train, Y_train = X_train.to(self.device), Y_train.to(self.device)
        self.model.train()
        for _ in range(num_iters):
            self.optimizer.zero_grad()
            self.criterion(self.model(X_train), Y_train).backward()
            self.optimizer.step()

    def inference(self, X_test):
        self.model.eval()
        with torch.no_grad():
            return torch.argmax(self.model(X_test.to(self.device)), dim=-1)

# %% style="clip-segment" why="A module of its own, two layers."
class DINOSegmentation:
    def __init__(self, device, num_classes, inp_dim=384):
        self.device = device
        self.net = nn.Sequential(nn.Linear(inp_dim, 32), nn.ReLU(), nn.Linear(32, num_classes)).to(device)
        self.rule = optim.Adam(self.net.parameters(), lr=1e-2)

    def train(self, X_train, Y_train, num_iters=500):
        for step in range(num_iters):
            scores = self.net(X_train.to(self.device))
            loss = F.cross_entropy(scores, Y_train.to(self.device))
            self.rule.zero_grad()
            loss.backward()
            self.rule.step()

    @torch.no_grad()
    def inference(self, X_test):
        return self.net(X_test.to(self.device)).argmax(1)

# %% style="clip-segment" why="Gradient descent with momentum, the optimizer made in train."
class DINOSegmentation:
    def __init__(self, device, num_classes, inp_dim=384):
        self.device = device
        self.linear = nn.Linear(inp_dim, num_classes).to(device)

    def train(self, X_train, Y_train, num_iters=500):
        rule = optim.SGD(self.linear.parameters(), lr=0.2, momentum=0.9)
        for _ in range(num_iters):
            rule.zero_grad()
            loss = F.cross_entropy(self.linear(X_train), Y_train)
            loss.backward()
            rule.step()

    def inference(self, X_test):
        return self.linear(X_test).detach().argmax(dim=1)
