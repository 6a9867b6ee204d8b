"""The same operations as the documentation of Strawberry, SQLModel and Beanie shows how to answer them: types made from
objects, a session for each query, dataloaders, permission classes.
"""
