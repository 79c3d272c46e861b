"""One function per verb: plain arguments in, a result out; nothing here prints."""
