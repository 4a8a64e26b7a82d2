package dev.brink.grid;

import java.util.HashMap;
import java.util.Map;

/**
 * Values that arrive as streams, bounded in number and bytes. A tenant may have at most as much of
 * either as is free then: however many tenants take what they can, there is room for another.
 * Thread-safe.
 */
final class Uploads {
  private static final int MAX = 8192;
  private static final long MAX_BYTES = 128L << 20;

  private final Map<String, Share> shares = new HashMap<>();
  private int count;
  private long bytes;

  /** What a tenant has. */
  private static final class Share {
    private int count;
    private long bytes;
  }

  /** One value on its way; what it holds is given back at the latest when it is closed. */
  final class Upload implements AutoCloseable {
    private final String tenant;
    private boolean open;
    private long held;

    private Upload(String tenant, boolean open) {
      this.tenant = tenant;
      this.open = open;
    }

    /** Whether there was room for it, and it is not closed. */
    boolean isOpen() {
      synchronized (Uploads.this) {
        return open;
      }
    }

    /** Holds more bytes; false when there is no room for them. */
    boolean hold(int more) {
      synchronized (Uploads.this) {
        boolean room = open && share(tenant).bytes + more <= MAX_BYTES - bytes - more;
        if (room) {
          move(this, more);
        }
        return room;
      }
    }

    /** Holds fewer bytes. */
    void letGo(int fewer) {
      synchronized (Uploads.this) {
        if (open) {
          move(this, -Math.min(fewer, held));
        }
      }
    }

    @Override
    public void close() {
      synchronized (Uploads.this) {
        if (open) {
          move(this, -held);
          open = false;
          end(tenant);
        }
      }
    }
  }

  /** A value begins; it is not open when there is no room for it. */
  synchronized Upload begin(String tenant) {
    Share share = shares.get(tenant);
    boolean room = (share == null ? 0 : share.count) + 1 <= MAX - count - 1;
    if (room) {
      share(tenant).count++;
      count++;
    }
    return new Upload(tenant, room);
  }

  /** How many bytes are held. */
  synchronized long bytes() {
    return bytes;
  }

  private Share share(String tenant) {
    return shares.computeIfAbsent(tenant, _ -> new Share());
  }

  private void move(Upload upload, long more) {
    upload.held += more;
    share(upload.tenant).bytes += more;
    bytes += more;
  }

  private void end(String tenant) {
    Share share = share(tenant);
    share.count--;
    count--;
    if (share.count == 0) {
      shares.remove(tenant);
    }
  }
}
