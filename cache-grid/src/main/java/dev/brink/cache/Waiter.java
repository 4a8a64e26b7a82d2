package dev.brink.cache;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Whoever waits for what a {@link Flight} fetches. Thread-safe. */
interface Waiter {
  /** The fields that say which variant it selects, as an origin would get them. */
  HttpHeaders selecting();

  /** How many hard purges this cache had heard of when it came. */
  long purgesBefore();

  /** Whether it waits for another cache of the mesh. */
  default boolean forPeer() {
    return false;
  }

  /** Whether it asks to be given what is stored instead of an error (RFC 5861 section 4). */
  default boolean takesOnError(StaleCopy copy, long nowMillis) {
    return false;
  }

  /**
   * What is stored may be used, as the origin has said or as nothing better is to be had.
   *
   * @param head of it, as it is for this one
   * @param why the flight was begun
   * @param status of the origin's response; 0: there is none
   * @return false, with nothing done, when it wants bytes that are not there
   */
  boolean answer(
      StoredBody body,
      Head head,
      CacheResult.Outcome outcome,
      StatusField.@Nullable Forward why,
      int status,
      boolean collapsed);

  /**
   * A response is on its way into the store.
   *
   * @param head of the response, as it is for this one
   * @return false, with nothing done, when that is not to be had from its beginning, or does not
   *     hold the bytes that are wanted
   */
  boolean answer(Recording recording, Head head, StatusField.Forward why, boolean collapsed);

  /** The response is for whoever it was fetched for alone: this one. */
  void passOn(
      HttpResponse head,
      Flow.@Nullable Publisher<ByteBuf> body,
      StatusField.Forward why,
      @Nullable String detail);

  /** The response is for another one alone. */
  void alone();

  /** What came is none for this one: it looks again. */
  void retry();

  /** An interim response (1xx). */
  void interim(HttpResponse head);

  /** There is no response. */
  void fail(FetchFailure failure);
}
