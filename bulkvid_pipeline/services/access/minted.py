"""The tokens that this installation has made: who made which, what for, until when, and which of them were revoked.

They are told in the instance's database, never the tokens themselves. A revoked token is refused by every process that
keeps `Revocations`. Tokens that an identity provider signs are not listed, but they can be revoked if they have an id
(`jti`). Tokens without an id can neither be told apart nor revoked; they end with their time.
"""

from __future__ import annotations

import dataclasses
import time
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from dagster import DagsterInstance
from pydantic import TypeAdapter, ValidationError

from bulkvid_pipeline.adapters.dagster.key_values import TABLE, KeyValues, head
from bulkvid_pipeline.core.errors import InvalidRequestError, TokenNotFoundError
from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.services.access.revocations import Revocation, revoke
from bulkvid_pipeline.services.access.revocations import revoked as all_revoked
from bulkvid_pipeline.services.access.scopes import Caller, Scope
from bulkvid_pipeline.services.access.tokens import TokenVerifier, mint, new_token_id
from bulkvid_pipeline.settings import Settings

PREFIX: Final = "bulkvid/tokens/minted/"
LONGEST_NAME = 80
KEPT_AFTER_END_S = 7 * 86400.0
"""How long a token is listed after its end."""
LEAST_BEGINNING = 4
"""Characters of an id by which a token may be named."""
_HEAD_CHARS = 12


@dataclass(frozen=True)
class MintedToken:
    """A token, without the token.

    Attributes:
        id: its `jti`.
        name: what its maker calls it; may be empty.
        user_id, project_id, scopes: as whom it lets in, and to what.
        created_at, expires_at: epoch seconds.
        ends: its last four characters, by which its owner knows it.
        revoked_at: epoch seconds; None if it was not revoked.
        revoked_by: the user who revoked it; empty if it was done on the command line.
    """

    id: str
    name: str
    user_id: str
    project_id: str
    scopes: tuple[Scope, ...]
    created_at: float
    expires_at: float
    ends: str
    revoked_at: float | None = None
    revoked_by: str = ""

    def is_valid_at(self, now: float) -> bool:
        """Whether it lets anybody in then."""
        return self.revoked_at is None and now < self.expires_at

    def is_seen_by(self, caller: Caller) -> bool:
        """Whether the caller may see and revoke it: its own user, and administrators of its project."""
        return self.project_id == caller.project_id and (caller.is_admin or self.user_id == caller.user_id)


_STORED: Final = TypeAdapter(MintedToken)


@dataclass(frozen=True)
class NewToken:
    """A token that was made just now: the only moment at which it can be read."""

    token: str = dataclasses.field(repr=False)
    told: MintedToken


class MintedTokens:
    """The tokens of an instance.

    Raises:
        ServiceUnavailableError: from every method, when the instance's database does not answer.
    """

    def __init__(self, instance: DagsterInstance, clock: Callable[[], float] = time.time) -> None:
        self._instance = instance
        self._rows = KeyValues(instance, PREFIX, "tokens")
        self._clock = clock

    def mint(
        self,
        settings: Settings,
        home: Path,
        *,
        name: str = "",
        user_id: str,
        project_id: str,
        scopes: Iterable[Scope],
        lifetime_s: float,
    ) -> NewToken:
        """Make a token and tell that there is one; for `lifetime_s` it lets in.

        Raises:
            InvalidRequestError: the name is too long or not printable; or as `tokens.mint` says.
        """
        name, granted = _checked_name(name), tuple(dict.fromkeys(scopes))
        token_id = new_token_id()
        token = mint(
            settings,
            home,
            user_id=user_id,
            project_id=project_id,
            scopes=granted,
            lifetime_s=lifetime_s,
            token_id=token_id,
        )
        now = self._clock()
        told = MintedToken(token_id, name, user_id, project_id, granted, now, now + lifetime_s, token[-4:])
        self._forget_ended(now)
        self._rows.insert(PREFIX + token_id, _head(told.expires_at) + _STORED.dump_json(told).decode())
        return NewToken(token, told)

    def mint_for(
        self, caller: Caller, settings: Settings, home: Path, *, name: str, scopes: Iterable[Scope], lifetime_s: float
    ) -> NewToken:
        """Make a token with which programs act for the caller, with some or all of the caller's scopes.

        Raises:
            AccessDeniedError: a scope is not the caller's.
            InvalidRequestError: there is no scope; or as `mint` says.
        """
        granted = tuple(scopes)
        if not granted:
            raise InvalidRequestError("A token needs a permission", fix="Choose what it may do", field="scopes")
        caller.require(granted)
        return self.mint(
            settings,
            home,
            name=name,
            user_id=caller.user_id,
            project_id=caller.project_id,
            scopes=granted,
            lifetime_s=lifetime_s,
        )

    def all(self) -> tuple[MintedToken, ...]:
        """All tokens, the newest first; those that have ended are listed for `KEPT_AFTER_END_S`."""
        ended = all_revoked(self._instance)
        read = (_told(value, ended) for value in self._rows.all().values())
        found = [token for token in read if token is not None]
        return tuple(sorted(found, key=lambda token: (-token.created_at, token.id)))

    def seen_by(self, caller: Caller) -> tuple[MintedToken, ...]:
        """The caller's own tokens; for administrators all of the project."""
        return tuple(token for token in self.all() if token.is_seen_by(caller))

    def get(self, named: str, caller: Caller) -> MintedToken:
        """A token that the caller may see, by its id or a beginning of it.

        Raises:
            TokenNotFoundError, InvalidRequestError: as `revoke` says.
        """
        return self._find(named, self.seen_by(caller))

    def revoke(self, named: str, caller: Caller | None = None) -> MintedToken:
        """End a token now. One that was revoked before stays as it was.

        Args:
            named: its id, or a beginning of it that no other one has.
            caller: who revokes it; None on the command line, where all tokens can be.

        Raises:
            TokenNotFoundError: there is none of this id that the caller may see.
            InvalidRequestError: several ids begin so.
        """
        found = self._find(named, self.all() if caller is None else self.seen_by(caller))
        if found.revoked_at is None:
            by = caller.user_id if caller else ""
            done = revoke(self._instance, found.id, Revocation(self._clock(), by, found.expires_at))
            found = dataclasses.replace(found, revoked_at=done.at, revoked_by=done.by)
        return found

    def revoke_token(self, token: str, verifier: TokenVerifier) -> Caller:
        """End the token that is given as a whole, wherever it was made; returns whose it is.

        Raises:
            AuthenticationError: it is not valid, or has ended.
            InvalidRequestError: it has no id.
        """
        holder = verifier.verify(token)
        if not holder.token_id:
            raise InvalidRequestError(
                "This token has no id (jti), so it cannot be revoked",
                fix="It ends with its time; to end it now, change the key that signs tokens",
            )
        revoke(self._instance, holder.token_id, Revocation(self._clock(), "", holder.expires_at))
        return holder

    def _find(self, named: str, tokens: Iterable[MintedToken]) -> MintedToken:
        named = named.strip()
        among = tuple(tokens)
        found = [token for token in among if token.id == named]
        if not found and len(named) >= LEAST_BEGINNING:
            found = [token for token in among if token.id.startswith(named)]
        if len(found) > 1:
            raise InvalidRequestError(f"Several tokens' ids begin with '{shortened(named)}'", fix="Give more of the id")
        if not found:
            raise TokenNotFoundError(f"Token '{shortened(named)}' not found")
        return found[0]

    def _forget_ended(self, now: float) -> None:
        """Delete what nobody wants to see any more."""
        ended = sa.and_(self._rows.ours, head(_HEAD_CHARS) < _head(now - KEPT_AFTER_END_S))
        with self._rows.connection() as connection:
            connection.execute(sa.delete(TABLE).where(ended))


def _head(moment: float) -> str:
    return f"{max(0, round(moment)):0{_HEAD_CHARS}d}"


def _told(value: str, ended: dict[str, Revocation]) -> MintedToken | None:
    try:
        told = _STORED.validate_json(value[_HEAD_CHARS:])
    except ValidationError:
        return None  # of a version that wrote it differently
    revocation = ended.get(told.id)
    if revocation is None:
        return told
    return dataclasses.replace(told, revoked_at=revocation.at, revoked_by=revocation.by)


def _checked_name(name: str) -> str:
    """
    Raises:
        InvalidRequestError: it is too long, or not printable.
    """
    name = unicodedata.normalize("NFC", name).strip()
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidRequestError(
            "The name of the token cannot be used",
            fix=f"Give at most {LONGEST_NAME} printable characters on one line",
            field="name",
        )
    return name
