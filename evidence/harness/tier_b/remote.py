"""A judge behind an OpenAI-compatible address. The one module that speaks to a network.

Nothing is asked unless the spec names the address. The key, if one is needed, is taken from
the environment (`BUTFOR_JUDGE_KEY`) and is written nowhere.
"""

import json
import os
import time
import urllib.error
import urllib.request
from dataclasses import dataclass

from evidence.harness.errors import HarnessError

KEY = "BUTFOR_JUDGE_KEY"
SCHEMES = ("http://", "https://")
SECONDS, TRIES, PAUSE = 60.0, 3, 1.0
# Busy or broken for a moment; any other refusal will not change by asking again.
AGAIN = {408, 429, 500, 502, 503, 504}
LARGEST = 2**20
LONGEST_REPLY = 16


@dataclass(frozen=True, slots=True)
class RemoteJudge:
    """One model at one address, asked greedily."""

    address: str
    model: str
    seconds: float = SECONDS
    pause: float = PAUSE

    @classmethod
    def named(cls, name: str) -> "RemoteJudge":
        """Read `http(s)://HOST/v1#MODEL`; another form raises HarnessError."""
        address, _, model = name.partition("#")
        if not address.startswith(SCHEMES) or not model:
            raise HarnessError(f"{name} is no judge; write http(s)://HOST/v1#MODEL.")
        return cls(address.rstrip("/"), model)

    def replies(self, prompts: list[str]) -> list[str]:
        """Return what the model says to each prompt; HarnessError where it cannot be had."""
        return [self._reply(prompt) for prompt in prompts]

    def _reply(self, prompt: str) -> str:
        why = ""
        for tried in range(1, TRIES + 1):
            try:
                return self._asked(prompt)
            except urllib.error.HTTPError as error:
                why = f"it answers {error.code} {error.reason}"
                if error.code not in AGAIN:
                    break
            except (OSError, TimeoutError) as error:
                why = str(getattr(error, "reason", error))
            except Exception as error:  # noqa: BLE001 - what an address says may raise anything
                why = f"its answer is not as the interface has it ({error!r})"
                break
            time.sleep(self.pause * tried)
        raise HarnessError(
            f"The judge {self.model} at {self.address} cannot be asked: {why}. Run the same "
            "again to go on from there."
        )

    def _asked(self, prompt: str) -> str:
        body = {
            "model": self.model,
            "messages": [{"role": "user", "content": prompt}],
            "temperature": 0,
            "max_tokens": LONGEST_REPLY,
        }
        headers = {"Content-Type": "application/json"}
        if key := os.environ.get(KEY):
            headers["Authorization"] = f"Bearer {key}"
        request = urllib.request.Request(  # noqa: S310  # http(s) only, see `named`
            f"{self.address}/chat/completions", json.dumps(body).encode(), headers
        )
        with urllib.request.urlopen(request, timeout=self.seconds) as answer:  # noqa: S310
            data = json.loads(answer.read(LARGEST))
        content = data["choices"][0]["message"]["content"]
        return content if isinstance(content, str) else ""
