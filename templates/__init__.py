"""The words of every letter, one folder a letter: ``subject.txt``, ``body.txt``, ``body.html``."""
