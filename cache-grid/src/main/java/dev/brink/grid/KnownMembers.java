package dev.brink.grid;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The members that count, read from the replicated map that every member writes its own record
 * into.
 */
final class KnownMembers {
  private static final Logger log = LoggerFactory.getLogger(KnownMembers.class);

  private final MirrorMap records;

  KnownMembers(Mirror mirror) {
    records = mirror.map(Mirror.MEMBERS);
  }

  /** All, the oldest first. */
  List<KnownMember> all() {
    List<KnownMember> all = new ArrayList<>();
    records.forEach(
        (key, slot) -> {
          KnownMember member = decoded(key, slot);
          if (member != null) {
            all.add(member);
          }
        });
    all.sort(Comparator.comparing(KnownMember::firstJoined).thenComparing(KnownMember::id));
    return all;
  }

  @Nullable KnownMember find(UUID id) {
    Slot slot = records.get(id.toString());
    return slot == null ? null : decoded(id.toString(), slot);
  }

  boolean contains(UUID id) {
    return find(id) != null;
  }

  Quorum quorum(UUID self, Set<UUID> present) {
    List<KnownMember> all = all();
    Set<UUID> ids = all.stream().map(KnownMember::id).collect(Collectors.toSet());
    return Quorum.of(self, ids, all.isEmpty() ? null : all.getFirst().id(), present);
  }

  private static @Nullable KnownMember decoded(String key, Slot slot) {
    Entry entry = slot.entry();
    if (entry == null) {
      return null;
    }
    try {
      return KnownMember.decode(entry.value());
    } catch (MalformedRecordException e) {
      log.debug("record {} of a member is left out", key, e);
      return null;
    }
  }
}
