/* types.h — what the processors' answer is made of here. */
typedef struct answer_mp_x86_64 answer_mp;
typedef struct mp_info_x86_64 mp_info;
