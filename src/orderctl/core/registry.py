"""The adapters that come with orderctl, as names only, so that listing them imports none.

A third party adds one through the entry point groups `orderctl.channels` and `orderctl.destinations`.
"""

from __future__ import annotations

CHANNELS = {
    "amazon": "orderctl.channels.amazon:Amazon",
    "ebay": "orderctl.channels.ebay:Ebay",
    "file": "orderctl.channels.file:FileChannel",
    "shopify": "orderctl.channels.shopify:Shopify",
    "vendure": "orderctl.channels.vendure:Vendure",
    "walmart": "orderctl.channels.walmart:Walmart",
    "woocommerce": "orderctl.channels.woocommerce:WooCommerce",
}
DESTINATIONS = {
    "amazon-mcf": "orderctl.destinations.amazon_mcf:AmazonMcf",
    "api": "orderctl.destinations.api:ApiDestination",
    "email": "orderctl.destinations.email:Email",
    "file": "orderctl.destinations.file:FileDestination",
    "mailbox": "orderctl.destinations.mailbox:Mailbox",
    "portal": "orderctl.destinations.portal:Portal",
    "sftp": "orderctl.destinations.sftp:Sftp",
}
