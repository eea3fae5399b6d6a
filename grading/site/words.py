"""What the builder itself says on pages, in the languages of the site."""

_WORDS = {
    "zh_CN": {
        "Download the notebook": "下载 notebook",
        "Open in Colab": "在 Colab 中打开",
        "Open in Binder": "在 Binder 中打开",
        "Open in the browser": "在浏览器中打开",
        "Demo: regions of k nearest neighbours": "演示：k 近邻的区域",
        "Demo: a linear classifier learns": "演示：线性分类器的学习过程",
        "Demo: gradient descent in a valley": "演示：谷中的梯度下降",
        "Demo: the arithmetic of a convolution": "演示：卷积的尺寸计算",
        "Gallery": "图库",
        "Every drawing of the notebooks; a picture leads to the notebook it is in.": (
            "notebook 中的全部示意图；点击图片可到达它所在的 notebook。"
        ),
        "This demo needs JavaScript.": "此演示需要 JavaScript。",
    }
}


def say(text: str, language: str) -> str:
    """Translate a text of the builder.

    Parameters
    ----------
    text : str
        In English.
    language : str
        Such as ``"zh_CN"``.

    Returns
    -------
    text : str
        In that language, or in English where there is no translation.
    """
    return _WORDS.get(language, {}).get(text, text)
