package dev.brink.samples.sandbox;

import java.util.Optional;

/** What a customer's rule may ask of the shop: these methods, and nothing else of it. */
public interface Catalog {
  /** What is known of an article. */
  Optional<Article> find(String id);

  /** An article; prices in cents. */
  record Article(String id, String name, long price) {}
}
