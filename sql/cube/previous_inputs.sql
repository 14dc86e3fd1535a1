select what, month, hash from previous.inputs
