{ "includes": ["addon/posix_mqueue.gypi"] }
