package dev.brink.cache.store;

/** Where an object is on disk. */
final class DiskPlace {
  final StoreKey key;
  final Segment segment;
  final long offset;
  final int headBytes;
  final long bodyBytes;

  /** Whether it was used since it was written. Racy on purpose: losing a mark is harmless. */
  boolean used;

  DiskPlace(StoreKey key, Segment segment, long offset, int headBytes, long bodyBytes) {
    this.key = key;
    this.segment = segment;
    this.offset = offset;
    this.headBytes = headBytes;
    this.bodyBytes = bodyBytes;
  }

  long bodyOffset() {
    return offset + headBytes + Integer.BYTES;
  }

  /** The object and its checksums. */
  long bytes() {
    return headBytes + Integer.BYTES + bodyAndSumsBytes();
  }

  long bodyAndSumsBytes() {
    return bodyBytes + Segment.chunks(bodyBytes) * Integer.BYTES;
  }
}
