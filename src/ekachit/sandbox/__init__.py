"""A Jira Cloud stand-in: to try Ekachit without a Jira account, to test against, to break on purpose.

It imports nothing else of ekachit. `seed.build_world` or `records.load_world` make a `World`;
`http.create_app` serves it; `run` starts a server.
"""
