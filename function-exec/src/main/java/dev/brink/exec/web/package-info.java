/** The web's own algorithms, on plain data: URLs, percent codes. */
@NullMarked
package dev.brink.exec.web;

import org.jspecify.annotations.NullMarked;
