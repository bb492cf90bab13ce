"""What Shopify's Admin GraphQL API (2026-10) is asked: every document this channel sends, by its operation's name.

A list asks for few enough things that its cost stays below the 1,000 points one query may ask for; what does not fit
is asked for by the documents named after it.
"""

from __future__ import annotations

#: What is asked of an order itself. `shopify_shapes` has the same fields in the same order.
_STATED = """\
  id name createdAt processedAt updatedAt cancelledAt cancelReason test edited
  currencyCode presentmentCurrencyCode taxesIncluded
  displayFinancialStatus displayFulfillmentStatus fullyPaid
  sourceName sourceIdentifier retailLocation { id }
  note tags poNumber discountCodes customAttributes { key value }
  risk { recommendation assessments { riskLevel } }
  currentSubtotalPriceSet { ...Bag } currentShippingPriceSet { ...Bag } currentTotalTaxSet { ...Bag }
  currentTotalPriceSet { ...Bag } currentTotalDutiesSet { ...Bag } currentTotalAdditionalFeesSet { ...Bag }
  totalTipReceivedSet { ...Bag } totalOutstandingSet { ...Bag }
"""
_PAYMENTS = """\
  transactions(first: 10) {
    id status processedAt fees { amount { amount currencyCode } taxAmount { amount currencyCode } } }"""


def _personal(condition: str) -> str:
    """What a store shows only to apps that are approved for it; `condition` stands behind each field."""
    return f"""\
  email{condition}
  phone{condition}
  customer{condition} {{
    id firstName lastName tags numberOfOrders amountSpent {{ amount currencyCode }}
    defaultEmailAddress {{ emailAddress }} defaultPhoneNumber {{ phoneNumber }} }}
  shippingAddress{condition} {{ ...Address }}
  billingAddress{condition} {{ ...Address }}
"""


_FRAGMENTS = {
    "Bag": "fragment Bag on MoneyBag { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }",
    "Address": """fragment Address on MailingAddress {
  firstName lastName name company address1 address2 city province provinceCode zip countryCodeV2 phone }""",
    "Line": """fragment Line on LineItem {
  id name sku quantity currentQuantity unfulfilledQuantity requiresShipping isGiftCard
  originalUnitPriceSet { ...Bag } discountedUnitPriceAfterAllDiscountsSet { ...Bag }
  taxLines { priceSet { ...Bag } }
  customAttributes { key value }
  lineItemGroup { id title } }""",
    "Place": """fragment Place on FulfillmentOrder {
  id status requestStatus fulfillBy
  assignedLocation { location { id } }
  deliveryMethod { methodType maxDeliveryDateTime }
  fulfillmentHolds { reason } }""",
    "PlaceLine": """fragment PlaceLine on FulfillmentOrderLineItem {
  id totalQuantity remainingQuantity lineItem { id } }""",
    "Core": f"""fragment Core on Order {{
{_STATED}\
  shippingLines(first: 2) {{ nodes {{ title isRemoved }} }}
{_personal(" @include(if: $personal)")}\
  lineItems(first: 50) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ ...Line }} }}
  fulfillmentOrders(first: 5) {{
    pageInfo {{ hasNextPage endCursor }}
    nodes {{ ...Place lineItems(first: 50) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ ...PlaceLine }} }} }} }}
{_PAYMENTS} }}""",
    "Bulk": """fragment Bulk on BulkOperation {
  id status errorCode createdAt objectCount rootObjectCount fileSize url query }""",
}

_OPERATIONS = {
    "Orders": """query Orders($first: Int!, $after: String, $query: String!, $personal: Boolean!) {
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    pageInfo { hasNextPage endCursor } nodes { ...Core } } }""",
    "OrdersAgain": """query OrdersAgain($ids: [ID!]!, $personal: Boolean!) { nodes(ids: $ids) { ...Core } }""",
    "OrderLines": """query OrderLines($id: ID!, $after: String) {
  order(id: $id) {
    lineItems(first: 250, after: $after) { pageInfo { hasNextPage endCursor } nodes { ...Line } } } }""",
    "FulfillmentOrders": """query FulfillmentOrders($id: ID!, $after: String) {
  order(id: $id) {
    fulfillmentOrders(first: 20, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes {
        ...Place supportedActions { action }
        lineItems(first: 250) { pageInfo { hasNextPage endCursor } nodes { ...PlaceLine } } } } } }""",
    "FulfillmentOrderLines": """query FulfillmentOrderLines($id: ID!, $after: String) {
  fulfillmentOrder(id: $id) {
    lineItems(first: 250, after: $after) { pageInfo { hasNextPage endCursor } nodes { ...PlaceLine } } } }""",
    "Movements": """query Movements($first: Int!, $after: String, $query: String!) {
  fulfillmentOrders(first: $first, after: $after, query: $query, includeClosed: false, sortKey: UPDATED_AT) {
    pageInfo { hasNextPage endCursor } nodes { id orderId updatedAt } } }""",
    "Returns": """query Returns($id: ID!) {
  order(id: $id) {
    refunds(first: 100) {
      id processedAt totalRefundedSet { ...Bag }
      refundLineItems(first: 100) {
        nodes { quantity restockType lineItem { id } subtotalSet { ...Bag } totalTaxSet { ...Bag } } }
      refundShippingLines(first: 10) { nodes { subtotalAmountSet { ...Bag } taxAmountSet { ...Bag } } }
      order {
        totalPriceSet { ...Bag } totalTaxSet { ...Bag } totalShippingPriceSet { ...Bag }
        totalDiscountsSet { ...Bag } } }
    fulfillments(first: 100) { status fulfillmentLineItems(first: 100) { nodes { quantity lineItem { id } } } } } }""",
    "Shipped": """query Shipped($id: ID!) {
  order(id: $id) {
    id cancelledAt
    fulfillments(first: 250) {
      id status trackingInfo { number company url }
      fulfillmentLineItems(first: 250) { nodes { quantity lineItem { id } } } } } }""",
    "Ship": """mutation Ship($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) { fulfillment { id status } userErrors { field message } } }""",
    "Relabel": """mutation Relabel($id: ID!, $tracking: FulfillmentTrackingInput!, $notify: Boolean) {
  fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $tracking, notifyCustomer: $notify) {
    fulfillment { id } userErrors { field message } } }""",
    "OpenLines": """query OpenLines($id: ID!, $after: String) {
  order(id: $id) {
    id cancelledAt
    lineItems(first: 250, after: $after) { pageInfo { hasNextPage endCursor } nodes { id currentQuantity } } } }""",
    "Cancel": """mutation Cancel($id: ID!, $reason: OrderCancelReason!, $restock: Boolean!, $notify: Boolean,
    $refund: OrderCancelRefundMethodInput, $note: String) {
  orderCancel(orderId: $id, reason: $reason, restock: $restock, notifyCustomer: $notify, refundMethod: $refund,
    staffNote: $note) { job { id done } userErrors: orderCancelUserErrors { code field message } } }""",
    "RefundNotes": """query RefundNotes($id: ID!) { order(id: $id) { refunds(first: 100) { note } } }""",
    "Refund": """mutation Refund($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) { refund { id } userErrors { field message } } }""",
    "Job": """query Job($id: ID!) { job(id: $id) { id done } }""",
    "Locations": """query Locations($after: String) {
  locations(first: 50, after: $after, includeLegacy: true) {
    pageInfo { hasNextPage endCursor } nodes { id name isActive shipsInventory } } }""",
    "Levels": """query Levels($query: String!, $location: ID!, $after: String) {
  productVariants(first: 100, after: $after, query: $query) {
    pageInfo { hasNextPage endCursor }
    nodes { sku inventoryItem { id tracked
      inventoryLevel(locationId: $location) { id quantities(names: ["available"]) { quantity } } } } } }""",
    "SetStock": """mutation SetStock($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id } userErrors { code field message } } }""",
    "Activate": """mutation Activate($item: ID!, $location: ID!, $available: Int, $key: String!) {
  inventoryActivate(inventoryItemId: $item, locationId: $location, available: $available) @idempotent(key: $key) {
    inventoryLevel { id } userErrors { field message } } }""",
    "OrdersCount": """query OrdersCount($query: String!, $limit: Int!) {
  ordersCount(query: $query, limit: $limit) { count } }""",
    "BulkRun": """mutation BulkRun($query: String!) {
  bulkOperationRunQuery(query: $query, groupObjects: true) {
    bulkOperation { ...Bulk } userErrors { code field message } } }""",
    "Bulk": """query Bulk($id: ID!) { node(id: $id) { ...Bulk } }""",
    "Bulks": """query Bulks {
  bulkOperations(first: 10, query: "operation_type:query", sortKey: CREATED_AT, reverse: true) {
    nodes { ...Bulk } } }""",
    "Shop": """query Shop { shop { name currencyCode } }""",
    "Scopes": """query Scopes { currentAppInstallation { accessScopes { handle } } }""",
    "Oversold": """query Oversold { productVariants(first: 250) { nodes { inventoryPolicy } } }""",
}


def _whole(operation: str) -> str:
    """`operation` with the fragments that it and they mention."""
    text = operation
    for name in (
        "Core",
        "Bulk",
        "Line",
        "Place",
        "PlaceLine",
        "Address",
        "Bag",
    ):  # each before those it mentions itself
        if f"...{name} " in f"{text} ":
            text += "\n" + _FRAGMENTS[name]
    return text


DOCUMENTS = {name: _whole(operation) for name, operation in _OPERATIONS.items()}


def bulk_query(condition: str, *, personal: bool) -> str:
    """Every order that `condition` (of the search syntax) finds, as a bulk operation takes it.

    That is one text without variables and pages; its lists are edges, at most five of them, two deep ("Perform bulk
    operations with the GraphQL Admin API").
    """
    line, place, place_line = (_inside(_FRAGMENTS[name]) for name in ("Line", "Place", "PlaceLine"))
    places = f"{place} lineItems {{ edges {{ node {{ {place_line} }} }} }}"
    text = f"""{{ orders(query: "{condition}") {{ edges {{ node {{
{_STATED}{_personal("") if personal else ""}{_PAYMENTS}
  shippingLines {{ edges {{ node {{ id title isRemoved }} }} }}
  lineItems {{ edges {{ node {{ {line} }} }} }}
  fulfillmentOrders {{ edges {{ node {{ {places} }} }} }} }} }} }} }}"""
    for name in ("Address", "Bag"):
        text = text.replace(f"...{name} ", f"{_inside(_FRAGMENTS[name])} ")
    return text


def _inside(fragment: str) -> str:
    """The fields of a fragment."""
    return fragment.partition("{")[2].rpartition("}")[0].strip()
