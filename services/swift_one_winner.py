"""A filter for Swift's object server: of many PUTs with `If-None-Match: *` for one key, one wins, as S3 promises.

Swift checks whether the object exists before it reads the body and commits after it, so overlapping PUTs would all succeed.
"""
from collections import defaultdict

from eventlet.semaphore import Semaphore


def filter_factory(global_conf, **local_conf):
    locks = defaultdict(Semaphore)

    def one_winner(app):
        def serve(env, start_response):
            if env["REQUEST_METHOD"] != "PUT" or env.get("HTTP_IF_NONE_MATCH") != "*":
                return app(env, start_response)
            with locks[env["PATH_INFO"]]:
                return list(app(env, start_response))

        return serve

    return one_winner
