"""Published numbers that reproductions stand beside, with where they were read.

Structure Inducing Pre-Training: outputs stored in the notebooks of its code (`synthetic_examples/`), mean of 3 seeds.
"""

MANIFOLD_AUROC = {  # surface -> AUROC without and with the structure loss
    "plane": (0.532, 0.954),
    "Möbius": (0.535, 0.826),
    "sphere": (0.531, 0.822),
    "torus": (0.538, 0.804),
}
TOPOLOGY_AUROC = {  # what texts tell -> class asked -> AUROC without and with
    "motif": {"motif": (0.725, 0.884), "structural": (0.662, 0.690), "ego": (0.643, 0.760)},
    "structural": {"motif": (0.601, 0.741), "structural": (0.905, 0.790), "ego": (0.556, 0.643)},
    "ego": {"motif": (0.632, 0.826), "structural": (0.465, 0.597), "ego": (0.937, 0.990)},
}
