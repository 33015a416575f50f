"""Titles of the seeded issues: (kind, title) for each project, written for this sandbox.

Kinds: S story, T task, B bug. The first ones of each project go to the demo developer.
"""

from __future__ import annotations

from typing import Final

Titles = tuple[tuple[str, str], ...]

PAY: Final[Titles] = (
    ("B", "Refund fails with a 500 when the original charge was split over two cards"),
    ("S", "Show the exchange rate on the receipt before the customer confirms"),
    ("T", "Move webhook retries to exponential backoff with jitter"),
    ("B", "Double capture when the customer presses Pay twice on a slow network"),
    ("S", "Let support staff issue a partial refund without calling finance"),
    ("T", "Rotate the acquirer's signing certificate before it expires in March"),
    ("B", "IBAN check rejects valid Norwegian account numbers"),
    ("S", "Save a card for later with a clear consent text"),
    ("T", "Write the runbook for a payment provider outage"),
    ("S", "Retry declined subscriptions at the start of the next pay week"),
    ("B", "Settlement report is off by one cent for orders with three or more lines"),
    ("T", "Delete card fingerprints 13 months after the last charge"),
    ("S", "Accept Swish for orders in Swedish kronor"),
    ("B", "3-D Secure frame is cut off on phones narrower than 360 pixels"),
    ("T", "Load-test the ledger with ten times the Black Friday peak"),
    ("S", "Explain a declined card in the customer's own language"),
    ("B", "Chargeback e-mail shows the merchant's legal name instead of the shop's"),
    ("T", "Drop the unused `legacy_capture` table"),
)

WEB: Final[Titles] = (
    ("S", "Remember the filters when somebody comes back to a product list"),
    ("B", "Basket badge shows 0 until the second page load"),
    ("T", "Replace the image carousel with one that works with a keyboard"),
    ("B", 'Search for <b>bold</b> & "quoted" text breaks the result page'),
    ("S", "Guest checkout: ask for an account after the order, not before 🎉"),
    ("T", "Cut the JavaScript of the product page below 120 kB"),
    ("B", "Prices flash in dollars before the visitor's currency arrives"),
    ("S", "Compare up to four products side by side"),
    ("T", "Add structured data to category pages"),
    ("B", "Back button from the size guide loses the chosen size"),
    ("S", "Let people sign up for a back-in-stock e-mail"),
    ("T", "Delete the feature flag `new-header`, it has been on for a year"),
    ("B", "Postcode field refuses a trailing blank pasted from a mail"),
    ("S", "Show delivery dates instead of delivery days"),
    ("T", "Upgrade the storefront to the next long-term release"),
    ("B", "Screen reader reads the price twice in the order summary"),
)

OPS: Final[Titles] = (
    ("T", "Alert on the age of the oldest unprocessed job, not on queue length"),
    ("B", "Nightly backup takes a lock on `orders` for four minutes"),
    ("T", "Practise restoring the billing database from yesterday's backup"),
    ("T", "Give each team its own on-call calendar"),
    ("B", "Log shipper drops lines longer than 16 kB"),
    ("S", "Let developers start a preview environment from a pull request"),
    ("T", "Pin base images by digest"),
    ("B", "Certificates are renewed but nginx keeps serving the old ones"),
    ("T", "Move the last cron jobs off the old build server"),
    ("T", "Set memory limits from what services really use"),
    ("B", "Dashboard for p99 latency mixes staging and production"),
    ("S", "Show the cost of each service on its page in the catalogue"),
    ("T", "Remove SSH access to production hosts"),
    ("B", "Canary rollback leaves two versions behind the load balancer"),
)

RISK: Final[Titles] = (
    ("T", "Record who approved each change to the sanctions list"),
    ("S", "Explain to a customer why a payment is under review"),
    ("B", "Review queue shows cases that another analyst has already closed"),
    ("T", "Re-score accounts that changed country in the last 90 days"),
    ("S", "Export the audit trail of a case as one file"),
    ("B", "Velocity rule counts refunds as purchases"),
    ("T", "Agree with legal how long rejected applications are kept"),
    ("S", "Let analysts try a rule on last month's payments"),
)

APP: Final[Titles] = (
    ("S", "Sign in with a passkey on Android"),
    ("B", "App forgets the chosen store after an update"),
    ("S", "Scan a receipt to start a return"),
    ("T", "Move push notifications to the new provider"),
    ("B", "Dark mode makes the barcode unreadable at the till"),
    ("S", "Pull to refresh on the order list"),
    ("T", "Translate the permission texts"),
    ("B", "Crash on start when the clock is set to the Buddhist calendar"),
    ("S", "Home screen widget with the next delivery"),
    ("T", "Cut cold start below 800 ms on a three-year-old phone"),
    ("B", "Accessibility labels missing on the quantity stepper"),
    ("S", "Offline basket"),
)

ZFPT: Final[Titles] = (
    ("S", "支持支付宝小程序内一键付款"),
    ("B", "退款通知偶尔重复发送两次"),
    ("T", "将对账任务迁移到新的调度平台"),
    ("S", "结算页面显示手续费明细"),
    ("B", "微信支付回调验签失败时未记录原因"),
    ("T", "补充跨境支付接口的压测报告"),
    ("S", "商户可以自行下载月度账单"),
    ("B", "金额超过一百万时千位分隔符显示错误"),
    ("T", "下线旧版收银台"),
    ("S", "支付失败后保留购物车内容"),
)

DATA: Final[Titles] = (
    ("T", "Backfill the orders table after the time zone change"),
    ("S", "One definition of active customer for every dashboard"),
    ("B", "Hourly export silently skips rows with a null region"),
    ("T", "Put the churn model's inputs under tests"),
    ("S", "Tell owners by mail when their table is late"),
    ("B", "Duplicate events when the collector restarts"),
    ("T", "Archive raw clickstream older than two years"),
    ("S", "Column-level lineage for the finance reports"),
)

EPICS: Final = {
    "PAY": "Refunds people can trust",
    "WEB": "A faster shop",
    "APP": "Returns in the app",
    "ZFPT": "新收银台",
}

PARTS: Final = (
    "Reproduce it in a test",
    "Write down the expected behaviour",
    "Change the API contract",
    "Migrate existing rows",
    "Update the page",
    "Add a metric and an alert",
    "Check it on a slow connection",
    "Ask support to review the wording",
    "Remove the old code path",
    "Note it in the changelog",
)

HOSTS: Final = """
    www api pay cdn img auth mail status docs help admin jobs search ledger reports hooks vault
    build cache queue metrics logs traces flags media edge-eu edge-us edge-ap legacy partner
    sandbox preview beta intranet wiki
"""
CERTIFICATE_HOSTS: Final = tuple(f"Renew the certificate of {name}.shop.example" for name in HOSTS.split())
