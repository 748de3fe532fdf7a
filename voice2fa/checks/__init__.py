"""System checks: everything that can be wrong with a site, in a sentence that says what to write.

E001 to E025 are about the keys of VOICE2FA in their order, E030 and E031 about the class of its provider,
E040 to E042 about authentication backends, W043 to W048 about the site around us, and E050 to W052 about
production alone (``check --deploy``). E070 to W074 are about who must confirm, and doors that stand open.
W075 and W076 are about what proves a first phone in production. E080 is about other factors than phones.
W085 is about e-mails that tell of changes, W086 and W087 about calls to us. E095 is about what the API gives.
W094 and E096 to W099 are about what calls say, and in which languages.
Providers report their options under E1xx and W1xx.
"""

from . import (
    backends,
    call_in,
    configuration,
    deployment,
    doors,
    installation,
    issuers,
    languages,
    notices,
    prompts,
    proofs,
)

__all__ = [
    "backends",
    "call_in",
    "configuration",
    "deployment",
    "doors",
    "installation",
    "issuers",
    "languages",
    "notices",
    "prompts",
    "proofs",
]
