package dev.brink.grid;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import dev.brink.grid.wire.KeyValueRecord;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a key of a namespace holds.
 *
 * @param expiresMillis in milliseconds of the epoch; 0 for never
 * @param inline the value; null when it is a blob
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record StoredValue(
    Stamp version,
    String metadata,
    long expiresMillis,
    byte @Nullable [] inline,
    @Nullable Blob blob) {
  /**
   * A value in chunks.
   *
   * @param chunks how many
   */
  record Blob(UUID id, long bytes, int chunks) {}

  static StoredValue decode(String key, byte[] bytes) {
    try {
      KeyValueRecord stored = KeyValueRecord.parseFrom(bytes);
      Stamp version = Wire.fromStored(stored.getVersion());
      return switch (stored.getContentCase()) {
        case VALUE ->
            new StoredValue(
                version,
                stored.getMetadata(),
                stored.getExpiresMillis(),
                stored.getValue().toByteArray(),
                null);
        case BLOB ->
            new StoredValue(
                version,
                stored.getMetadata(),
                stored.getExpiresMillis(),
                null,
                new Blob(
                    Wire.fromId(stored.getBlob().getId()),
                    stored.getBlob().getBytes(),
                    stored.getBlob().getChunks()));
        case CONTENT_NOT_SET -> throw new MalformedRecordException("no content", null);
      };
    } catch (InvalidProtocolBufferException | MalformedRecordException e) {
      throw new GridException("the record of " + key + " is malformed", e);
    }
  }

  byte[] encode() {
    KeyValueRecord.Builder stored =
        KeyValueRecord.newBuilder()
            .setVersion(Wire.toStored(version))
            .setMetadata(metadata)
            .setExpiresMillis(expiresMillis);
    byte[] value = inline;
    Blob chunked = blob;
    if (value != null) {
      stored.setValue(UnsafeByteOperations.unsafeWrap(value));
    } else if (chunked != null) {
      stored.setBlob(
          dev.brink.grid.wire.Blob.newBuilder()
              .setId(Wire.toId(chunked.id()))
              .setBytes(chunked.bytes())
              .setChunks(chunked.chunks()));
    } else {
      stored.setValue(ByteString.EMPTY);
    }
    return stored.build().toByteArray();
  }

  boolean expired(long nowMillis) {
    return expiresMillis != 0 && expiresMillis <= nowMillis;
  }

  long bytes() {
    Blob chunked = blob;
    byte[] value = inline;
    return chunked != null ? chunked.bytes() : value == null ? 0 : value.length;
  }

  KeyInfo info(String key) {
    return new KeyInfo(key, version, metadata, expiresMillis, bytes());
  }
}
