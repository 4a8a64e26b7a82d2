package dev.brink.cache;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.brink.cache.field.ByteRange;
import dev.brink.cache.field.ContentRange;
import dev.brink.cache.store.StoredObject;
import dev.brink.cache.store.Worth;
import dev.brink.cache.wire.StoredField;
import dev.brink.cache.wire.StoredHead;
import dev.brink.cache.wire.StoredPart;
import dev.brink.cache.wire.StoredResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The head of a stored response.
 *
 * @param fields end-to-end fields; not changed once it is made
 * @param stamp the cache clock's when the request was sent
 * @param asOf the stamp that changes to what this is of are compared with; 0: it is of nothing, but
 *     was put here
 * @param url host and path, as purges name it
 * @param parts of a 206, the bytes its body consists of; else none
 * @param completeLength of a 206, or of what is stored in slices, the length of the whole
 * @param coding of the body
 * @param sliced whether the body is stored in {@linkplain Slice slices} of their own
 */
record Head(
    int status,
    String reason,
    HttpHeaders fields,
    long requestedMillis,
    long receivedMillis,
    Freshness freshness,
    long stamp,
    long asOf,
    String site,
    String url,
    List<String> tags,
    List<ByteRange> parts,
    long completeLength,
    Coding coding,
    boolean sliced,
    long fetchNanos)
    implements StoredHeads.Content {
  Head {
    tags = List.copyOf(tags);
    parts = List.copyOf(parts);
  }

  boolean partial() {
    return !parts.isEmpty();
  }

  /** Of the whole body as it came, wherever that is; -1: not known. */
  long length(StoredObject object) {
    if (coding == Coding.GZIP_MADE) {
      return -1;
    }
    return sliced ? completeLength : object.bodyLength();
  }

  long ageSeconds(long nowMillis) {
    return freshness.age(receivedMillis, nowMillis);
  }

  /** How long it is still fresh; negative when it is stale. */
  long freshSeconds(long nowMillis) {
    return freshness.lifetimeSeconds() - ageSeconds(nowMillis);
  }

  /** Whether its source says that it does not change while it is fresh (RFC 8246). */
  boolean immutable() {
    return Rules.of(fields).directives().has("immutable");
  }

  @Nullable String etag() {
    return fields.get(HttpHeaderNames.ETAG);
  }

  @Nullable String lastModified() {
    return fields.get(HttpHeaderNames.LAST_MODIFIED);
  }

  boolean hasValidator() {
    return fields.contains(HttpHeaderNames.ETAG) || fields.contains(HttpHeaderNames.LAST_MODIFIED);
  }

  Worth worth() {
    long freshMillis = (freshness.lifetimeSeconds() - freshness.initialAgeSeconds()) * 1000;
    return new Worth(fetchNanos, receivedMillis + Math.max(0, freshMillis));
  }

  /** The same bytes under other fields. */
  Head with(
      HttpHeaders newFields,
      long newRequestedMillis,
      long newReceivedMillis,
      Freshness newFreshness,
      long newStamp,
      long newAsOf) {
    return new Head(
        status,
        reason,
        newFields,
        newRequestedMillis,
        newReceivedMillis,
        newFreshness,
        newStamp,
        newAsOf,
        site,
        url,
        Storing.tags(newFields),
        parts,
        completeLength,
        coding,
        sliced,
        fetchNanos);
  }

  /** The same with other fields, to be given to a client and not to be stored. */
  Head withFields(HttpHeaders newFields) {
    return with(status, reason, newFields, tags, parts, completeLength, coding, sliced);
  }

  /**
   * Whether this may say what its source had before it had another: it was asked for before the
   * other was there. Two answers to one question are the same.
   */
  boolean mayPrecede(Head other) {
    return stamp != other.stamp
        && stamp < CacheClock.beginning(Instant.ofEpochMilli(other.receivedMillis + 1));
  }

  /** The same, which no change until that stamp outdates. */
  Head changedUntil(long stampOfChange) {
    return with(fields, requestedMillis, receivedMillis, freshness, stamp, stampOfChange);
  }

  /**
   * What another cache compares purges and changes with. It has heard of the change that a {@code
   * POST} made itself before it asks for what that brought. Of what was put each cache knows itself
   * when it asked.
   */
  long stampForPeers(CachePolicy policy) {
    return policy.manual() ? stamp : asOf;
  }

  /** The same, but for purges and changes no newer than another one. */
  Head noNewerThan(Head other) {
    return with(
        fields,
        requestedMillis,
        receivedMillis,
        freshness,
        Math.min(stamp, other.stamp),
        Math.min(asOf, other.asOf));
  }

  /** The same representation in another coding than it came in, or to be changed when it goes. */
  Head coded(Coding newCoding) {
    if (newCoding == coding) {
      return this;
    }
    HttpHeaders newFields = fields.copy();
    if (newCoding == Coding.GZIP_MADE) {
      newFields.set(HttpHeaderNames.CONTENT_ENCODING, HttpHeaderValues.GZIP);
      newFields.remove(HttpHeaderNames.CONTENT_LENGTH);
      newFields.remove(HttpHeaderNames.ACCEPT_RANGES);
    }
    return with(status, reason, newFields, tags, parts, completeLength, newCoding, sliced);
  }

  /** The same representation with a body in another coding, which is not stored with this head. */
  Head recoded(String token) {
    HttpHeaders newFields = fields.copy();
    newFields.set(HttpHeaderNames.CONTENT_ENCODING, token);
    return with(status, reason, newFields, tags, parts, completeLength, Coding.RECODED, sliced);
  }

  /** The same representation, whose body is stored in slices. */
  Head sliced(long newCompleteLength) {
    HttpHeaders newFields = fields.copy();
    newFields.remove(HttpHeaderNames.CONTENT_RANGE);
    newFields.remove(HttpHeaderNames.CONTENT_LENGTH);
    if (partial()) {
      newFields.remove(Fields.CONTENT_DIGEST);
    }
    return with(200, "OK", newFields, tags, List.of(), newCompleteLength, coding, true);
  }

  /** With more names that it is purged by. */
  Head tagged(List<String> more) {
    List<String> all = Stream.concat(tags.stream(), more.stream()).distinct().toList();
    return with(status, reason, fields, all, parts, completeLength, coding, sliced);
  }

  /** Some bytes of what is stored in slices. */
  Head part(ByteRange range) {
    HttpHeaders newFields = fields.copy();
    newFields.set(HttpHeaderNames.CONTENT_RANGE, new ContentRange(range, completeLength).text());
    return with(
        206, "Partial Content", newFields, tags, List.of(range), completeLength, coding, false);
  }

  /** The same response with other bytes. */
  Head withParts(List<ByteRange> newParts, long newCompleteLength) {
    boolean whole =
        newParts.size() == 1
            && newParts.getFirst().first() == 0
            && newParts.getFirst().last() == newCompleteLength - 1;
    HttpHeaders newFields = fields.copy();
    newFields.remove(HttpHeaderNames.CONTENT_RANGE);
    newFields.remove(HttpHeaderNames.CONTENT_LENGTH);
    newFields.remove(Fields.CONTENT_DIGEST);
    return with(
        whole ? 200 : status,
        whole ? "OK" : reason,
        newFields,
        tags,
        whole ? List.of() : newParts,
        newCompleteLength,
        coding,
        false);
  }

  private Head with(
      int newStatus,
      String newReason,
      HttpHeaders newFields,
      List<String> newTags,
      List<ByteRange> newParts,
      long newCompleteLength,
      Coding newCoding,
      boolean newSliced) {
    return new Head(
        newStatus,
        newReason,
        newFields,
        requestedMillis,
        receivedMillis,
        freshness,
        stamp,
        asOf,
        site,
        url,
        newTags,
        newParts,
        newCompleteLength,
        newCoding,
        newSliced,
        fetchNanos);
  }

  byte[] encode() {
    StoredResponse.Builder response =
        StoredResponse.newBuilder()
            .setStatus(status)
            .setReason(reason)
            .setRequestedMs(requestedMillis)
            .setReceivedMs(receivedMillis)
            .setInitialAgeSeconds(freshness.initialAgeSeconds())
            .setLifetimeSeconds(freshness.lifetimeSeconds())
            .setStaleWhileRevalidateSeconds(freshness.staleWhileRevalidate())
            .setStaleIfErrorSeconds(freshness.staleIfError())
            .setMustRevalidate(freshness.mustRevalidate())
            .setNoCache(freshness.noCache())
            .setStamp(stamp)
            .setAsOf(asOf == stamp ? 0 : asOf)
            .setPut(asOf == 0)
            .setSite(site)
            .setPath(url.substring(site.length()))
            .addAllTags(tags)
            .setCompleteLength(completeLength)
            .setCoding(coding.number())
            .setSliced(sliced)
            .setFetchNanos(fetchNanos)
            .setPackedFields(PackedFields.pack(fields));
    for (ByteRange part : parts) {
      response.addParts(StoredPart.newBuilder().setFirst(part.first()).setLast(part.last()));
    }
    return StoredHead.newBuilder().setResponse(response).build().toByteArray();
  }

  /**
   * Reads what {@link #encode} or {@link Variants#encode} wrote.
   *
   * @return {@code null} when it is neither, as a later version may write
   */
  static @Nullable StoredHead parse(ByteBuffer bytes) {
    try {
      return StoredHead.parseFrom(CodedInputStream.newInstance(bytes));
    } catch (InvalidProtocolBufferException _) {
      return null;
    } catch (IOException e) {
      throw new IllegalStateException("reading from memory failed", e);
    }
  }

  /**
   * The head that was written.
   *
   * @return {@code null} when a later version wrote it
   */
  static @Nullable Head of(StoredResponse from) {
    HttpHeaders fields = PackedFields.unpack(from.getPackedFields());
    if (fields == null) {
      return null;
    }
    for (StoredField field : from.getFieldsList()) {
      fields.add(field.getName(), field.getValue());
    }
    var freshness =
        new Freshness(
            from.getLifetimeSeconds(),
            true,
            from.getInitialAgeSeconds(),
            from.getStaleWhileRevalidateSeconds(),
            from.getStaleIfErrorSeconds(),
            from.getMustRevalidate(),
            from.getNoCache());
    return new Head(
        from.getStatus(),
        from.getReason(),
        fields,
        from.getRequestedMs(),
        from.getReceivedMs(),
        freshness,
        from.getStamp(),
        from.getAsOf() == 0 && !from.getPut() ? from.getStamp() : from.getAsOf(),
        from.getSite(),
        from.getSite() + from.getPath(),
        from.getTagsList(),
        from.getPartsList().stream()
            .map(part -> new ByteRange(part.getFirst(), part.getLast()))
            .toList(),
        from.getCompleteLength(),
        Coding.of(from.getCoding()),
        from.getSliced(),
        from.getFetchNanos());
  }
}
