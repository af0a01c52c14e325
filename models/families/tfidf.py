"""Words alone, the floor for texts: TF-IDF weights, reduced by a truncated SVD to 256 numbers or fewer.

A text is its words' counts times log of how rare each word is among the samples (scikit-learn's smooth IDF), of
unit length, projected on the leading right singular vectors of all samples (latent semantic analysis).
"""

from dataclasses import dataclass
from importlib.metadata import version

import numpy as np

from models.encoder import Card, EncoderRecipe, Items, Modality, Vectors
from models.errors import BadInput
from models.rows import RowEncoder, row_card

COMPONENTS = 256
SEED = 0  # of the randomized SVD


@dataclass(frozen=True)
class TfidfFamily:
    name: str = "tfidf"
    title: str = "TF-IDF and SVD"
    version: int = 1
    modality: Modality = "text"
    whole: bool = True

    def describe(self, recipe: EncoderRecipe) -> Card:
        decided_by: dict[str, str | int | bool] = {
            "components": COMPONENTS,
            "seed": SEED,
            "scikit-learn": version("scikit-learn"),
        }
        return row_card(recipe, self.title, decided_by)

    def load(self, recipe: EncoderRecipe, items: Items | None = None) -> RowEncoder:
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer

        texts = list(items or ())
        if not texts:
            raise BadInput("TF-IDF counts the words of the samples; there are none.")
        words = TfidfVectorizer(dtype=np.float32)
        try:
            weights = words.fit_transform(texts)
        except ValueError:
            raise BadInput("no text has a word of two letters or more, so TF-IDF has nothing to count.") from None
        count = min(COMPONENTS, weights.shape[0], weights.shape[1])
        reduction = TruncatedSVD(n_components=count, random_state=SEED)
        several = weights.shape[1] > 1  # a single word there is nothing to reduce
        if several:
            with np.errstate(invalid="ignore"):  # equal texts: the share of explained variance is 0/0, and unused
                reduction.fit(weights)

        def reduce(some: Items) -> Vectors:
            found = words.transform(list(some))
            return np.asarray(reduction.transform(found) if several else found.toarray(), dtype=np.float32)

        wordless = int((weights.getnnz(axis=1) == 0).sum())
        notes = (f"{wordless} of {len(texts)} texts have no word and become 0",) if wordless else ()
        return RowEncoder(reduce, normalize=bool(recipe.normalize), notes=notes)


FAMILY = TfidfFamily()
