// What the demos say in other languages, by the English text.
"use strict";
globalThis.demoWords = {
  "zh-CN": {
    "distance": "距离",
    "Euclidean": "欧氏距离",
    "L1": "L1 距离",
    "k": "k",
    "query, x": "查询点的 x",
    "query, y": "查询点的 y",
    "circle": "圆形",
    "square": "方形",
    "triangle": "三角形",
    "Votes of the {k} nearest: circle {a}, square {b}, triangle {c}. The query is a {winner}.":
      "最近的 {k} 个点的票数：圆形 {a}，方形 {b}，三角形 {c}。查询点归为{winner}。",
    "loss": "损失",
    "hinge": "合页损失",
    "softmax": "softmax",
    "regularisation": "正则化强度",
    "steps": "步数",
    "After {steps} steps the loss is {loss} and {right} % of the points lie in their region.":
      "{steps} 步之后损失为 {loss}，{right}% 的点落在自己类别的区域里。",
    "learning rate": "学习率",
    "momentum": "动量",
    "After {steps} steps the loss is {loss}; it began at {first}.":
      "{steps} 步之后损失为 {loss}；开始时为 {first}。",
    "After {steps} steps the loss is above 1000: the descent diverges.":
      "{steps} 步之后损失超过 1000：梯度下降发散了。",
    "input size W": "输入边长 W",
    "filter size K": "滤波器边长 K",
    "stride S": "步幅 S",
    "padding P": "填充 P",
    "place in the output": "输出中的位置",
    "input": "输入",
    "filter": "滤波器",
    "output": "输出",
    "({W} − {K} + 2 · {P}) / {S} + 1 = {side}: the output has {side} x {side} numbers. Number {n} of them is {value}.":
      "({W} − {K} + 2 · {P}) / {S} + 1 = {side}：输出有 {side} x {side} 个数，其中第 {n} 个是 {value}。",
    "({W} − {K} + 2 · {P}) / {S} + 1 = {side} is not a whole number of places: these settings do not fit.":
      "({W} − {K} + 2 · {P}) / {S} + 1 = {side} 不是正整数：这组设置放不下。",
  },
};
