package dev.brink.cache;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The fields of a response that its {@code no-cache} or {@code private} names (RFC 9111 sections
 * 5.2.2.4 and 5.2.2.7): they are not stored, and go with this response to the client whose request
 * it was fetched for, to no other and no other time.
 *
 * @param fields not changed
 */
record Reserved(HttpHeaders fields) {
  static final Reserved NONE = new Reserved(EmptyHttpHeaders.INSTANCE);

  /** Of a response as it came. */
  static Reserved of(HttpHeaders came) {
    return of(came, Rules.of(came));
  }

  /**
   * Of what came.
   *
   * @param rules for the response that it makes
   */
  static Reserved of(HttpHeaders came, Rules rules) {
    HttpHeaders fields = EmptyHttpHeaders.INSTANCE;
    for (String name : names(rules)) {
      if (came.contains(name)) {
        fields = fields.isEmpty() ? came.copy().clear() : fields;
        fields.set(name, came.getAll(name));
      }
    }
    return fields.isEmpty() ? NONE : new Reserved(fields);
  }

  /** The names that the rules reserve, in lower case. */
  static List<String> names(Rules rules) {
    List<String> names = rules.directives().names("no-cache");
    List<String> more = rules.directives().names("private");
    if (names.isEmpty() || more.isEmpty()) {
      return names.isEmpty() ? more : names;
    }
    List<String> all = new ArrayList<>(names);
    all.addAll(more);
    return all;
  }

  /** The head of a response as it is stored, with these fields. */
  Head in(Head stored) {
    if (fields.isEmpty()) {
      return stored;
    }
    HttpHeaders all = stored.fields().copy();
    for (String name : fields.names()) {
      if (!all.contains(name) && !ofCaches(name)) {
        all.set(name, fields.getAll(name));
      }
    }
    return stored.withFields(all);
  }

  private static boolean ofCaches(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return HttpHeaderNames.AGE.contentEquals(lower) || Fields.CACHE_STATUS.contentEquals(lower);
  }
}
