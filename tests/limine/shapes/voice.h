/* voice.h — what each architecture defines for say(). */
#ifndef TESTS_LIMINE_SHAPE_VOICE_H
#define TESTS_LIMINE_SHAPE_VOICE_H

void voice_open(void);
void voice_put(char c);

#endif
