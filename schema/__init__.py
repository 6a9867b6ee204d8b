"""What clients see: types, inputs and fields, declared so that they can be resolved one by one or compiled.

The law of this floor: a type says where its rows are and who may see them; how rows are found is behaviour and
stands in resolvers. Nothing here imports gateway, opens a session or knows how a request arrived.
"""
