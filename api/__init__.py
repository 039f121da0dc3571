"""The read-only web service over the views of the schema `api`.

It computes nothing: each route is one named query in `api/sql`, its rows rounded and put into a typed answer.
"""
