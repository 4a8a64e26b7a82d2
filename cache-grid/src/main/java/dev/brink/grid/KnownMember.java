package dev.brink.grid;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.brink.grid.wire.MemberRecord;
import java.util.Map;
import java.util.UUID;

/**
 * A member that counts, present or not.
 *
 * @param discovery where its discovery and its beacon listen
 * @param firstJoined when it first joined; a greater age breaks ties
 */
record KnownMember(
    UUID id, String name, HostPort discovery, Map<String, String> attributes, Stamp firstJoined) {
  static KnownMember decode(byte[] bytes) throws MalformedRecordException {
    try {
      MemberRecord stored = MemberRecord.parseFrom(bytes);
      return new KnownMember(
          Wire.fromId(stored.getId()),
          stored.getName(),
          new HostPort(stored.getHost(), stored.getPort()),
          Map.copyOf(stored.getAttributesMap()),
          Wire.fromStored(stored.getFirstJoined()));
    } catch (InvalidProtocolBufferException e) {
      throw new MalformedRecordException("not a member: " + e.getMessage(), e);
    }
  }

  byte[] encode() {
    return MemberRecord.newBuilder()
        .setId(Wire.toId(id))
        .setName(name)
        .setHost(discovery.host())
        .setPort(discovery.port())
        .putAllAttributes(attributes)
        .setFirstJoined(Wire.toStored(firstJoined))
        .build()
        .toByteArray();
  }

  Member toMember() {
    return new Member(id, name, attributes, false);
  }
}
