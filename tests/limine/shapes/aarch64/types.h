/* types.h — what the processors' answer is made of here. */
typedef struct answer_mp_aarch64 answer_mp;
typedef struct mp_info_aarch64 mp_info;
