"""Source 001, "Data Interpolation in Latent Space" (Yadlin and Botchan): surfing a manifold of 1,600 images."""
