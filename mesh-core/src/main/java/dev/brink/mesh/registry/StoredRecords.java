package dev.brink.mesh.registry;

import com.google.protobuf.ByteString;
import dev.brink.grid.Entry;
import dev.brink.grid.Stamp;
import dev.brink.mesh.proto.StoredRecord;
import java.util.UUID;

/** Entries of the grid as they cross a link or lie in the snapshot's file. */
public final class StoredRecords {
  /** The record of an entry. */
  public static StoredRecord of(String key, Entry entry) {
    return of(key, ByteString.copyFrom(entry.value()), entry.stamp());
  }

  /** The record of a value. */
  public static StoredRecord of(String key, ByteString value, Stamp stamp) {
    return StoredRecord.newBuilder()
        .setKey(key)
        .setValue(value)
        .setWallMillis(stamp.wallMillis())
        .setCounter(stamp.counter())
        .setNode(stamp.node().toString())
        .build();
  }

  /** The entry of a record. */
  public static Entry entry(StoredRecord record) {
    return new Entry(
        record.getValue().toByteArray(),
        new Stamp(
            record.getWallMillis(),
            record.getCounter(),
            record.getNode().isEmpty() ? new UUID(0, 0) : UUID.fromString(record.getNode())));
  }

  private StoredRecords() {}
}
