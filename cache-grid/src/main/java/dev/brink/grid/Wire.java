package dev.brink.grid;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import dev.brink.grid.wire.Id;
import dev.brink.grid.wire.StoredRecord;
import dev.brink.grid.wire.StoredStamp;
import java.util.UUID;

/** Turns records into the protobuf messages that cross processes, and back. */
final class Wire {
  private Wire() {}

  static byte[] encode(Slot slot) {
    return toRecord(slot).toByteArray();
  }

  static Slot decode(byte[] bytes) throws MalformedRecordException {
    try {
      return fromRecord(StoredRecord.parseFrom(bytes));
    } catch (InvalidProtocolBufferException e) {
      throw new MalformedRecordException("not a record: " + e.getMessage(), e);
    }
  }

  static StoredRecord toRecord(Slot slot) {
    StoredRecord.Builder stored = StoredRecord.newBuilder().setStamp(toStored(slot.stamp()));
    Entry entry = slot.entry();
    if (entry == null) {
      stored.setTombstone(true);
    } else {
      stored.setValue(UnsafeByteOperations.unsafeWrap(entry.value()));
    }
    return stored.build();
  }

  static Slot fromRecord(StoredRecord stored) throws MalformedRecordException {
    Stamp stamp = fromStored(stored.getStamp());
    return switch (stored.getContentCase()) {
      case VALUE -> Slot.of(new Entry(stored.getValue().toByteArray(), stamp));
      case TOMBSTONE -> Slot.tombstone(stamp);
      case CONTENT_NOT_SET -> throw new MalformedRecordException("a record without content", null);
    };
  }

  static StoredStamp toStored(Stamp stamp) {
    return StoredStamp.newBuilder()
        .setWallMillis(stamp.wallMillis())
        .setCounter(stamp.counter())
        .setNode(toId(stamp.node()))
        .build();
  }

  static Stamp fromStored(StoredStamp stored) throws MalformedRecordException {
    try {
      return new Stamp(stored.getWallMillis(), stored.getCounter(), fromId(stored.getNode()));
    } catch (IllegalArgumentException e) {
      throw new MalformedRecordException("a record with a bad stamp: " + e.getMessage(), e);
    }
  }

  static Id toId(UUID id) {
    return Id.newBuilder()
        .setHigh(id.getMostSignificantBits())
        .setLow(id.getLeastSignificantBits())
        .build();
  }

  static UUID fromId(Id id) {
    return new UUID(id.getHigh(), id.getLow());
  }
}
