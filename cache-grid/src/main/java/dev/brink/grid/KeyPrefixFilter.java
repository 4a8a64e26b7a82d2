package dev.brink.grid;

import javax.cache.event.CacheEntryEvent;
import org.apache.ignite.cache.CacheEntryEventSerializableFilter;

/** Lets changes of keys with a prefix through; runs on the members that hold them. */
final class KeyPrefixFilter implements CacheEntryEventSerializableFilter<String, byte[]> {
  private static final long serialVersionUID = 1L;

  private final String prefix;

  KeyPrefixFilter(String prefix) {
    this.prefix = prefix;
  }

  @Override
  public boolean evaluate(CacheEntryEvent<? extends String, ? extends byte[]> event) {
    return event.getKey().startsWith(prefix);
  }
}
