"""Published shapes of vendors' tokens, for making random ones.

`{a32}` is 32 letters or digits; `h` hex digits, `l` small letters and digits, `U` capitals and digits,
`d` digits, `w` URL-safe, `b` base64, `z` letters, `u` a UUID. The second column is whose shape it is.
"""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from random import Random

_ALPHABETS = {
    "a": string.ascii_letters + string.digits,
    "h": "0123456789abcdef",
    "l": string.ascii_lowercase + string.digits,
    "U": string.ascii_uppercase + string.digits,
    "d": string.digits,
    "w": string.ascii_letters + string.digits + "_-",
    "b": string.ascii_letters + string.digits + "+/",
    "z": string.ascii_letters,
}

SHAPES = """
sk-proj-{w74}T3BlbkFJ{w74} | OpenAI project key
sk-svcacct-{w74}T3BlbkFJ{w74} | OpenAI service account key
sk-admin-{w58}T3BlbkFJ{w58} | OpenAI admin key
sk-{a20}T3BlbkFJ{a20} | OpenAI user key
sk-ant-api03-{w93}AA | Anthropic key
sk-ant-admin01-{w93}AA | Anthropic admin key
sk-ant-oat01-{w93}AA | Anthropic OAuth token
sk-or-v1-{h64} | OpenRouter
sk-{h32} | DeepSeek
sk-lf-{u} | Langfuse
pk-lf-{u} | Langfuse
hf_{z34} | Hugging Face
r8_{a37} | Replicate
gsk_{a52} | Groq
pplx-{a48} | Perplexity
xai-{a80} | xAI
nvapi-{w64} | NVIDIA
lsv2_pt_{h32}_{h10} | LangSmith
lsv2_sk_{h32}_{h10} | LangSmith
tgp_v1_{w43} | Together
csk-{l48} | Cerebras
jina_{h32}{a28} | Jina
tvly-dev-{a32} | Tavily
llx-{a48} | LlamaCloud
pcsk_{a6}_{a62} | Pinecone
fc-{h32} | Firecrawl
e2b_{h40} | E2B
sk_{h48} | ElevenLabs
dapi{h32} | Databricks
AKIA{U16} | AWS access key id
ASIA{U16} | AWS temporary key id
ghp_{a36} | GitHub
gho_{a36} | GitHub
ghu_{a36} | GitHub
ghs_{a36} | GitHub
ghr_{a36} | GitHub
github_pat_{a22}_{a59} | GitHub
glpat-{w20} | GitLab
glrt-{w20} | GitLab
gldt-{w20} | GitLab
glcbt-{h2}_{w20} | GitLab
glptt-{h40} | GitLab
AIza{w35} | Google API key
GOCSPX-{w28} | Google OAuth
ya29.{w120} | Google OAuth
1//0{w60} | Google OAuth refresh token
AccountKey={b86}== | Azure storage
{a3}8Q~{w34} | Entra ID
LTAI{a20} | Alibaba Cloud
AKID{a32} | Tencent Cloud
dop_v1_{h64} | DigitalOcean
doo_v1_{h64} | DigitalOcean
HRKU-AA{w58} | Heroku
fo1_{w43} | Fly.io
rnd_{a28} | Render
sbp_{h40} | Supabase
napi_{l64} | Neon
pscale_tkn_{w43} | PlanetScale
pscale_pw_{w43} | PlanetScale
nfp_{a36} | Netlify
hvs.{w95} | HashiCorp Vault
hvb.{w140} | HashiCorp Vault
{a14}.atlasv1.{w67} | HCP Terraform
dp.pt.{a43} | Doppler
dp.st.prod.{a43} | Doppler
ops_eyJ{b300} | 1Password
A3-{U6}-{U11}-{U5}-{U5}-{U5} | 1Password
tskey-auth-{a17}-{a32} | Tailscale
tskey-api-{a17}-{a32} | Tailscale
sha256~{w43} | OpenShift
xoxb-{d12}-{d13}-{a24} | Slack
xoxp-{d12}-{d12}-{d12}-{h32} | Slack
xapp-1-A{U10}-{d13}-{h64} | Slack
xoxe.xoxp-1-{U163} | Slack
https://hooks.slack.com/services/T{U8}/B{U8}/{a24} | Slack webhook
sk_live_{a24} | Stripe
sk_test_{a99} | Stripe
rk_live_{a24} | Stripe
pk_live_{a24} | Stripe
whsec_{a32} | Stripe
SG.{w22}.{w43} | SendGrid
key-{h32} | Mailgun
{h32}-us{d2} | Mailchimp
xkeysib-{h64}-{a16} | Brevo
re_{a8}_{a24} | Resend
SK{h32} | Twilio
AC{h32} | Twilio
{d10}:AA{w33} | Telegram
M{a23}.G{w5}.{w38} | Discord
https://discord.com/api/webhooks/{d18}/{w68} | Discord webhook
npm_{a36} | npm
pypi-AgEIcHlwaS5vcmc{w150} | PyPI
rubygems_{h48} | RubyGems
cio{a32} | crates.io
oy2{l43} | NuGet
CLOJARS_{l60} | Clojars
dckr_pat_{w27} | Docker Hub
AKCp{a69} | Artifactory
ATATT3xFfGF0{w180} | Atlassian
ATBB{a32} | Bitbucket
ATTA{h64} | Trello
CCIPAT_{a22}_{h40} | CircleCI
bkua_{h40} | Buildkite
sqp_{h40} | SonarQube
sgp_{h40} | Sourcegraph
sgp_{h16}_{h40} | Sourcegraph
PMAK-{h24}-{h34} | Postman
pul-{h40} | Pulumi
API-{U26} | Octopus Deploy
pnu_{a36} | Prefect
sntrys_eyJpYXQiO{b80}_{b43} | Sentry
sntryu_{h64} | Sentry
glsa_{a32}_{h8} | Grafana
glc_eyJ{b100} | Grafana Cloud
eyJrIjoi{b70} | Grafana legacy
NRAK-{U27} | New Relic
NRII-{w32} | New Relic
{h32}FFFFNRAL | New Relic
dt0c01.{U24}.{U64} | Dynatrace
hcaik_{l58} | Honeycomb
sdk-{u} | LaunchDarkly
phc_{a43} | PostHog
phx_{a43} | PostHog
pat-na1-{u} | HubSpot
00D{a12}!{w96} | Salesforce
ntn_{d11}{a35} | Notion
secret_{a43} | Notion legacy
pat{a14}.{h64} | Airtable
2/{d16}/{d16}:{h32} | Asana
lin_api_{a40} | Linear
pk_{d8}_{U32} | ClickUp
figd_{w40} | Figma
sl.{w135} | Dropbox
tfp_{w59} | Typeform
shpat_{h32} | Shopify
shpss_{h32} | Shopify
sq0atp-{w22} | Square
sq0csp-{w43} | Square
access_token$production${l16}${h32} | PayPal
access-sandbox-{u} | Plaid
rzp_live_{a14} | Razorpay
FLWSECK_TEST-{h32}-X | Flutterwave
shippo_live_{h40} | Shippo
EZAK{a54} | EasyPost
duffel_test_{w43} | Duffel
fio-u-{w64} | Frame.io
sk.eyJ{w60}.{w22} | Mapbox
EAAM{a120} | Facebook
AAAAAAAAAAAAAAAAAAAAA{a90} | X
p8e-{l32} | Adobe
rdme_{l70} | ReadMe
CFPAT-{w43} | Contentful
live_{a30} | Mollie
AGE-SECRET-KEY-1{U58} | age
secret-live-{w43} | Stytch
amzn.mws.{u} | Amazon Marketplace
vercel_blob_rw_{a16}_{a30} | Vercel
mdb_sa_sk_{w40} | MongoDB Atlas
dnkey-{w26}-{w52} | Defined Networking
{a6}_{a29}_mmk | MaxMind
sk-helicone-{l7}-{l7}-{l7}-{l7} | Helicone
api_org_{z34} | Hugging Face organisation
GR1348941{w20} | GitLab runner registration
"""

NAMED = """
ALGOLIA_API_KEY={h32} | Algolia
CLOUDFLARE_API_TOKEN={w40} | Cloudflare
DATADOG_API_KEY={h32} | Datadog
DD_API_KEY={h32} | Datadog
HEROKU_API_KEY={u} | Heroku
SNYK_TOKEN={u} | Snyk
mistral_api_key: {a32} | Mistral
COHERE_API_KEY={a40} | Cohere
"deepgramApiKey": "{h40}" | Deepgram
OKTA_API_TOKEN=00{w40} | Okta
TWITTER_API_SECRET={a50} | X
twitch_client_secret = "{l30}" | Twitch
LINKEDIN_CLIENT_SECRET={a16} | LinkedIn
fastly_api_token: {w32} | Fastly
codecov_token: {u} | Codecov
ASANA_CLIENT_SECRET={h32} | Asana
dropbox_app_secret={l15} | Dropbox
spotify_client_secret={h32} | Spotify
WANDB_API_KEY={h40} | Weights and Biases
TRAVIS_TOKEN={a22} | Travis CI
zendesk_secret_key = '{h64}' | Zendesk
MATTERMOST_TOKEN={l26} | Mattermost
messagebird_api_key={a25} | MessageBird
coinbase_api_secret={w64} | Coinbase
INTERCOM_ACCESS_TOKEN={b60}= | Intercom
SQUARESPACE_API_KEY={u} | Squarespace
kraken_private_key={b86}== | Kraken
bitbucket_client_secret={w64} | Bitbucket
RAPIDAPI_KEY={l50} | RapidAPI
finnhub_token={l20} | Finnhub
sendbird_api_token={h40} | Sendbird
NEWRELIC_LICENSE={h40} | New Relic
"""

_FIELD = re.compile(r"\{([a-zU])(\d*)\}")


def shapes(listing: str = SHAPES) -> list[tuple[str, str]]:
    """(shape, described by) pairs."""
    pairs = [line.rpartition(" | ") for line in listing.strip().splitlines()]
    return [(shape, source) for shape, _, source in pairs]


def fill(rng: Random, shape: str) -> str:
    """A random token of a shape."""

    def one(field: re.Match[str]) -> str:
        kind, size = field.groups()
        if kind == "u":
            return str(UUID(int=rng.getrandbits(128), version=4))
        alphabet = _ALPHABETS[kind]
        # No shape begins or ends a field with a sign that a sentence could own.
        edge = [c for c in alphabet if c.isalnum()]
        count = int(size)
        middle = "".join(rng.choice(alphabet) for _ in range(max(0, count - 2)))
        return rng.choice(edge) + middle + (rng.choice(edge) if count > 1 else "")

    return _FIELD.sub(one, shape)
