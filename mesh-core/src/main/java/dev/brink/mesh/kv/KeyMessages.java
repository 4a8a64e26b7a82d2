package dev.brink.mesh.kv;

import dev.brink.grid.KeyInfo;
import dev.brink.grid.KeyPage;
import dev.brink.mesh.proto.KvKey;
import dev.brink.mesh.proto.KvKeys;

/** Pages of keys as messages. */
final class KeyMessages {
  private KeyMessages() {}

  static KvKeys toProto(KeyPage page) {
    KvKeys.Builder keys = KvKeys.newBuilder();
    page.keys().forEach(info -> keys.addKeys(toProto(info)));
    page.cursor().ifPresent(keys::setCursor);
    return keys.build();
  }

  private static KvKey toProto(KeyInfo info) {
    KvKey.Builder key =
        KvKey.newBuilder()
            .setName(info.key())
            .setVersion(info.version().toString())
            .setBytes((double) info.bytes());
    if (info.expiresMillis() != 0) {
      key.setExpiration((double) info.expiresMillis());
    }
    if (!info.metadata().isEmpty()) {
      key.setMetadata(info.metadata());
    }
    return key.build();
  }
}
