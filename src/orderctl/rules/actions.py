"""All actions of the language. A new one is a function in `actions_order` or `actions_shipment`; that is all."""

from __future__ import annotations

from orderctl.rules import actions_order, actions_shipment
from orderctl.rules.action_registry import ACTIONS, Action, find, names_of, takes_table

__all__ = ["ACTIONS", "MODULES", "Action", "find", "names_of", "takes_table"]

#: Where the actions are registered, in the order of the reference.
MODULES = (actions_order, actions_shipment)
