"""The words of every letter, one folder a letter: ``subject.txt``, ``body.txt``, ``body.html``.

Letters to clients: ``in_hours``, ``after_hours``, ``weekend_duty``, ``deferred``, ``two_promises``, ``late``,
``violator`` (the answer to a first letter); ``reopened``, ``part_deferred``, ``promise_changed``, ``refusal_conduct``,
``refusal_contract``, ``relayed_answer``. Letters to agents begin with ``agents_``. What several letters share lies in
``paragraphs``: ``letter`` is the frame of a client's letter, ``acknowledgement`` that of an answer to a first letter,
``agents`` that of an agent's, ``page`` the HTML around all of them.

A directory of the operator's own (``template_dir``) wins file by file. Where it has a ``body.txt`` and no ``body.html``
of a letter, the HTML is made of that text. Names that every letter to a client knows: ``number`` (CSC-1042), ``name``
and ``topic`` (empty unless the sender is proved), ``zone``, ``hours``, ``days_off``, ``mailbox``, ``portal_url``,
``articles``. An answer knows besides: ``received``, ``understood``, ``promises`` (each with ``about``, ``named``,
``plural``, ``until``, ``waits``, ``monday``), ``joined``, ``reaches``, ``closes``, ``opens``, ``missing``, ``states``
(categories), ``wants_call``, ``conduct``, ``language``. ``supportd check`` renders all letters and names every fault.
"""
