"""What is said of the inside of the network, in English and Chinese."""

from lenet.model.messages import Language

# Of the layers; the browser chooses the language.
LAYERS_TEXTS: dict[str, dict[Language, str]] = {
    "picture_title": {"en": "The picture that goes in, 28 × 28", "zh": "输入的图像，28 × 28"},
    "pool1_title": {"en": "32 maps after the first convolution, 14 × 14", "zh": "第一层卷积后的 32 张特征图，14 × 14"},
    "pool1_text": {
        "en": "Each looks for one small thing, an edge or a slant, anywhere in the picture. White is a find.",
        "zh": "每一张都在整幅图像中寻找一种小特征，例如笔画的边缘或倾斜方向。白色表示找到了。",
    },
    "pool2_title": {"en": "64 maps after the second convolution, 7 × 7", "zh": "第二层卷积后的 64 张特征图，7 × 7"},
    "pool2_text": {
        "en": "Each looks at all 32 maps at once, for larger things: a corner, a crossing, the end of a stroke.",
        "zh": "每一张同时观察前面的 32 张图，寻找更大的特征：拐角、交叉、笔画的末端。",
    },
    "hidden_title": {"en": "1,024 hidden units", "zh": "1,024 个隐藏单元"},
    "hidden_text": {
        "en": "Each weighs all 3,136 values above, and then speaks for some digits and against others.",
        "zh": "每个单元都综合上面的 3,136 个值，然后支持某些数字、反对另一些数字。",
    },
    "logits_title": {"en": "Ten logits and their probabilities", "zh": "十个 logit 与概率"},
    "logits_text": {
        "en": "Each logit is what the 1,024 units add to it, and a bias. Softmax of the logits divided by the "
        "temperature, {temperature}, gives the probabilities.",
        "zh": "每个 logit 是 1,024 个单元的贡献之和加上偏置。"
        "把 logit 除以温度 {temperature}，再取 softmax，就得到概率。",
    },
    "digit": {"en": "Digit", "zh": "数字"},
    "units": {"en": "Units", "zh": "单元"},
    "bias": {"en": "Bias", "zh": "偏置"},
    "logit": {"en": "Logit", "zh": "logit"},
    "softmax": {"en": "Probability", "zh": "概率"},
}

# Of one value, and of the ink; written by the server.
EXPLAINED: dict[Language, dict[str, str]] = {
    "en": {
        "value": "Map {map}, row {row}, column {column}",
        "pool1": "Its 5 × 5 kernel lies on this patch of the picture: patch × kernel, added up. Blue is above 0, "
        "orange below.",
        "pool2": "Its kernel has a 5 × 5 slice for each of the 32 maps before. The three slices that count most:",
        "slice": "map {map}",
        "others": "The other {count} add {sum}.",
        "bias": "With the bias, {bias}, it is {total}.",
        "kept": "It is the largest of four such sums side by side: the pool keeps it.",
        "cut": "None of the four such sums side by side is above 0, so ReLU makes them 0.",
        "unit": "Hidden unit {unit}",
        "adds": "It is at {value}. It adds most to the {most} ({plus}) and least to the {least} ({minus}).",
        "silent": "It is at 0: its feature is absent here, so it contributes nothing.",
        "relevance_title": "Which ink speaks for {digit}",
        "relevance": "Blue ink speaks for {digit}, orange ink against it: by what the digit's lead over the others "
        "loses when those pixels are taken away (occlusion).",
    },
    "zh": {
        "value": "特征图 {map}，第 {row} 行，第 {column} 列",
        "pool1": "它的 5 × 5 卷积核正落在图像的这一小块上：逐点相乘，再加起来。蓝色为正，橙色为负。",
        "pool2": "它的卷积核对前面 32 张图各有一片 5 × 5。其中影响最大的三片：",
        "slice": "图 {map}",
        "others": "其余 {count} 片合计 {sum}。",
        "bias": "加上偏置 {bias}，得 {total}。",
        "kept": "它是相邻四个和中最大的一个，因此池化把它留下。",
        "cut": "相邻的四个和都不大于 0，因此 ReLU 把它们变成 0。",
        "unit": "隐藏单元 {unit}",
        "adds": "它的值是 {value}。它给 {most} 加得最多（{plus}），给 {least} 加得最少（{minus}）。",
        "silent": "它的值是 0：这幅图里没有它对应的特征，所以它没有贡献。",
        "relevance_title": "哪些笔迹支持 {digit}",
        "relevance": "蓝色笔迹支持 {digit}，橙色笔迹反对它：看去掉这些像素后，它对其他数字的领先减少多少（遮挡法）。",
    },
}
