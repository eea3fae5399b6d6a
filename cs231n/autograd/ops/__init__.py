"""Operations on tensors, each as a function and, where PyTorch has one, a method."""
