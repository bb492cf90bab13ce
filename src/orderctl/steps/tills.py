"""Goods that a customer took at a till: nothing is shipped, but they are off the shop's stock.

A pack is so many units of its SKU; of a kit that is not kept assembled its parts are taken.
"""

from __future__ import annotations

from collections.abc import Sequence

from orderctl.config.model import ChannelConfig
from orderctl.core.digests import key
from orderctl.core.orders import Order
from orderctl.core.revisions import taken_in_shop
from orderctl.core.stock import StockMove
from orderctl.steps.context import Context
from orderctl.store import exceptions, skus, stock
from orderctl.store.exceptions import Trouble


def take(ctx: Context, channel: ChannelConfig, orders: Sequence[Order]) -> None:
    """Post the moves of those of `orders` that were taken, inside a transaction.

    A till that is mapped to no location is an exception.
    """
    moves: list[StockMove] = []
    for order in orders:
        live = bool(channel.live_from) and order.placed_at >= channel.live_from
        if not live or not taken_in_shop(order) or order.cancelled_at:
            continue
        location = channel.location_map.get(order.pos_location, order.pos_location)
        if location not in ctx.config.locations:
            message = f"order {order.number} was taken at '{order.pos_location}', which no location_map names"
            trouble = Trouble("unmapped_location", f"{channel.name} {order.pos_location}", message)
            exceptions.raise_all(ctx.db, ctx.stamp, [trouble])
        elif location in ctx.counted:
            moves += _moves(ctx, order, location)
    if moves:
        stock.post(ctx.db, moves)


def _moves(ctx: Context, order: Order, location: str) -> list[StockMove]:
    sold = skus.sold(ctx.db, order.channel, {line.sku for line in order.lines})
    taken = [
        (line, sold[line.sku].components if line.sku in sold and sold[line.sku].components else {line.sku: 1})
        for line in order.lines
        if line.quantity and line.requires_shipping
    ]
    return [
        StockMove(
            location=location,
            sku=part,
            delta=-line.quantity * each,
            reason="shipped",
            cause=f"till:{order.channel}:{order.channel_order_id}",
            key=key("till", order.channel, order.channel_order_id, line.id, *([part] if len(parts) > 1 else [])),
            actor=ctx.stamp.actor,
            moved_at=ctx.now,
        )
        for line, parts in taken
        for part, each in parts.items()
    ]
