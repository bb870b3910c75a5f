"""The texts of the look inside the network in English and Chinese."""

from lenet.model.messages import Language

# Of the layers. The browser chooses the language.
LAYER_TEXTS: dict[str, dict[Language, str]] = {
    "picture_title": {"en": "Input picture, 28 × 28", "zh": "输入的图像，28 × 28"},
    "pool1_title": {"en": "32 maps after the first convolution, 14 × 14", "zh": "第一层卷积后的 32 张特征图，14 × 14"},
    "pool1_text": {
        "en": "Each map looks for one small feature, such as an edge or a slant, anywhere in the picture. "
        "Bright means it found one.",
        "zh": "每张特征图都在整幅图像中寻找一种小特征，例如笔画的边缘或倾斜方向。亮处表示找到了。",
    },
    "pool2_title": {"en": "64 maps after the second convolution, 7 × 7", "zh": "第二层卷积后的 64 张特征图，7 × 7"},
    "pool2_text": {
        "en": "Each map combines all 32 maps above into a larger feature: a corner, a crossing, the end of a stroke.",
        "zh": "每张特征图都综合上面的 32 张图，寻找更大的特征：拐角、交叉、笔画的末端。",
    },
    "hidden_title": {"en": "1,024 hidden units", "zh": "1,024 个隐藏单元"},
    "hidden_text": {
        "en": "Each unit weighs all 3,136 values above, then supports some digits and opposes others.",
        "zh": "每个单元都综合上面的 3,136 个值，然后支持某些数字、反对另一些数字。",
    },
    "logits_title": {"en": "Ten logits and their probabilities", "zh": "十个 logit 与概率"},
    "logits_text": {
        "en": "Each logit is the sum of the 1,024 units’ contributions and a bias. The softmax of the logits divided "
        "by the temperature, {temperature}, gives the probabilities.",
        "zh": "每个 logit 是 1,024 个单元的贡献之和加上偏置。"
        "把 logit 除以温度 {temperature}，再取 softmax，就得到概率。",
    },
    "digit": {"en": "Digit", "zh": "数字"},
    "units": {"en": "Units", "zh": "单元"},
    "bias": {"en": "Bias", "zh": "偏置"},
    "logit": {"en": "Logit", "zh": "logit"},
    "softmax": {"en": "Probability", "zh": "概率"},
}

# Of one value, and of the ink. The server writes them.
EXPLANATIONS: dict[Language, dict[str, str]] = {
    "en": {
        "value": "Map {map}, row {row}, column {column}",
        "pool1": "Its 5 × 5 kernel covers this patch of the picture: patch × kernel, summed. Blue is positive, "
        "orange negative.",
        "pool2": "Its kernel has a 5 × 5 slice for each of the 32 maps above. The three that contribute most:",
        "slice": "map {map}",
        "rest": "The other {count} add {sum}.",
        "bias": "With the bias, {bias}, the sum is {total}.",
        "kept": "It is the largest of four neighbouring sums, so max pooling keeps it.",
        "cut": "None of the four neighbouring sums is above 0, so ReLU sets them to 0.",
        "unit": "Hidden unit {unit}",
        "adds": "Its value is {value}. It adds most to the logit of {most} ({plus}) and least to that of {least} "
        "({minus}).",
        "silent": "Its value is 0: its feature is absent here, so it contributes nothing.",
        "relevance_title": "Which ink supports {digit}",
        "relevance": "Blue ink supports {digit}, orange ink opposes it. Measured by occlusion: how much the digit’s "
        "lead over the others shrinks when those pixels are removed.",
    },
    "zh": {
        "value": "特征图 {map}，第 {row} 行，第 {column} 列",
        "pool1": "它的 5 × 5 卷积核覆盖图像的这一小块：逐点相乘，再求和。蓝色为正，橙色为负。",
        "pool2": "它的卷积核对上面的 32 张图各有一片 5 × 5。其中贡献最大的三片：",
        "slice": "图 {map}",
        "rest": "其余 {count} 片合计 {sum}。",
        "bias": "加上偏置 {bias}，得 {total}。",
        "kept": "它是相邻四个和中最大的一个，因此最大池化将它保留。",
        "cut": "相邻的四个和都不大于 0，因此 ReLU 将它们置为 0。",
        "unit": "隐藏单元 {unit}",
        "adds": "它的值是 {value}。它对 {most} 的 logit 贡献最大（{plus}），对 {least} 的贡献最小（{minus}）。",
        "silent": "它的值是 0：这幅图里没有它对应的特征，所以它没有贡献。",
        "relevance_title": "哪些笔迹支持 {digit}",
        "relevance": "蓝色笔迹支持 {digit}，橙色笔迹反对它。用遮挡法衡量：去掉这些像素后，它对其他数字的领先减少多少。",
    },
}
